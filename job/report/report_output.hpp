// The report of an output: figures from the committed parts, and thumbnails from those parts or the photos.
#pragma once

#include <cstddef>
#include <string>

#include "job/output/manifest.hpp"
#include "job/report/figures.hpp"
#include "job/report/options.hpp"
#include "job/storage/location.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

inline constexpr std::size_t kMostReportPhotos = 4000;
inline constexpr std::size_t kReportNeighbours = 5;

// manifest.parts must name the part files of both folders. The same output and input give the same figures.
// If the input is gone, warns and omits its thumbnails. Throws Error(kRunFailed) for a damaged part.
Figures gather_figures(const Location& output, const Manifest& manifest, int threads, const ReportOptions& options, Progress& progress);

}  // namespace coulis
