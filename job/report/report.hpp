// report: report.html, one file that shows what a run did with the photos.
#pragma once

#include <string>
#include <vector>

#include "job/output/manifest.hpp"
#include "job/report/figures.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

// HTML without network access: its policy allows only the page's own
// script and style, by their hashes, and images inside the file.
// Names are data, never markup.
std::string render_report(const Manifest& manifest, const std::vector<ErrorRow>& errors, const Figures& figures);

}  // namespace coulis
