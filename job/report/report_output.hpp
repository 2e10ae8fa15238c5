// The report of an output: figures from the rows of its parts, and thumbnails from those parts or the photos.
#pragma once

#include <cstddef>
#include <vector>

#include "job/output/manifest_parts.hpp"
#include "job/report/figures.hpp"
#include "job/report/options.hpp"
#include "job/report/sample.hpp"
#include "job/storage/location.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

inline constexpr std::size_t kMostReportPhotos = 4000;
inline constexpr std::size_t kReportNeighbours = 5;

// From the committed parts, where no projection has handed the rows over. Throws Error(kRunFailed) for a damaged part.
ReportRows read_report_rows(const Location& output, const std::vector<ManifestPart>& parts, int threads);

// `parts`: of the manifest, with the files of both folders; `rows`: of these parts. The same output and input give
// the same figures. If the input is gone, warns and omits its thumbnails. Throws Error(kRunFailed) for a damaged part.
Figures gather_figures(const Location& output, const Manifest& manifest, const std::vector<ManifestPart>& parts, ReportRows rows,
                       int threads, const ReportOptions& options, Progress& progress);

}  // namespace coulis
