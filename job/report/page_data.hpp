// Page data: the manifest, the failures and the figures as the JSON that the page's script reads.
#pragma once

#include <string>
#include <vector>

#include "job/output/manifest.hpp"
#include "job/report/figures.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

// Both are ASCII without '<', so that nothing in them can end a <script>.
std::string page_data(const Manifest& manifest, const std::vector<ErrorRow>& errors, const Figures& figures);
std::string last_run_data(const Manifest& manifest);  // times, threads, SIMD: these differ between otherwise equal runs

}  // namespace coulis
