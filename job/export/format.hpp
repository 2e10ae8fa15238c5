// ExportFormat: the tools that an OUTPUT can be written for.
#pragma once

#include <string_view>

namespace coulis {

enum class ExportFormat { kProjector, kEmbeddingAtlas, kHuggingface };

std::string_view to_string(ExportFormat format);          // "projector", "embedding-atlas", "huggingface"
ExportFormat parse_export_format(std::string_view name);  // throws Error(kUsage)

}  // namespace coulis
