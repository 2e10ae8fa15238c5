#include "job/export/format.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace coulis {

std::string_view to_string(ExportFormat format) {
  switch (format) {
    case ExportFormat::kProjector: return "projector";
    case ExportFormat::kEmbeddingAtlas: return "embedding-atlas";
    case ExportFormat::kHuggingface: return "huggingface";
  }
  return "unknown";
}

ExportFormat parse_export_format(std::string_view name) {
  for (const ExportFormat format : {ExportFormat::kProjector, ExportFormat::kEmbeddingAtlas, ExportFormat::kHuggingface}) {
    if (to_string(format) == name) return format;
  }
  throw Error(ErrorCode::kUsage, fmt::format("unknown --to '{}'", name), "use projector, embedding-atlas or huggingface");
}

}  // namespace coulis
