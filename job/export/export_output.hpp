// export_output: a finished OUTPUT as files that other tools open.
#pragma once

#include <cstdint>
#include <string>

#include "job/export/format.hpp"
#include "job/storage/location.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct ExportOptions {
  ExportFormat format = ExportFormat::kProjector;
  std::uint64_t limit = 16'384;  // photos for the projector, evenly spread: a sprite holds 128 x 128
};

struct Exported {
  std::uint64_t photos = 0;
  std::uint64_t of = 0;     // photos of the output
  std::string how_to_open;  // a command, or a line of Python
};

// Reads the output and, for the projector's thumbnails, the photos; changes nothing
// there. Throws Error(kRunFailed) if the run has not finished or has no rows.
Exported export_output(const Location& output, const ExportOptions& options, const Location& destination, int threads, Progress& progress);

}  // namespace coulis
