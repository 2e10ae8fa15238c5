// ExportFormat: the tools that an OUTPUT can be written for.
#pragma once

#include <array>

#include "core/base/enum_names.hpp"

namespace coulis {

enum class ExportFormat { kProjector, kEmbeddingAtlas, kHuggingface };

template <>
struct EnumNames<ExportFormat> {
  static constexpr std::string_view kWhat = "--to";
  static constexpr std::array<std::pair<ExportFormat, std::string_view>, 3> kAll = {{{ExportFormat::kProjector, "projector"},
                                                                                     {ExportFormat::kEmbeddingAtlas, "embedding-atlas"},
                                                                                     {ExportFormat::kHuggingface, "huggingface"}}};
};

}  // namespace coulis
