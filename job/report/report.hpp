// report: report.html, one file that says what a run did.
#pragma once

#include <string>
#include <vector>

#include "job/plan/manifest.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

// HTML without scripts and without requests; every name in it is escaped.
std::string render_report(const Manifest& manifest, const std::vector<ErrorRow>& errors);

}  // namespace coulis
