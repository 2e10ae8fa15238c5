// The card of a model file: JSON text in the file's metadata -> ModelCard and the layers' geometry, every number within its limits.
#pragma once

#include <optional>
#include <string>

#include "core/network/inverted_residual.hpp"
#include "core/network/model.hpp"

namespace coulis {

struct ParsedCard {
  ModelCard card;                                       // all but sha256
  std::optional<InvertedResidualWeights> maybe_layers;  // extents only: the tensors are still empty
};

// Throws Error(kRunFailed) naming `origin` for JSON that is malformed, incomplete or contradicts itself.
ParsedCard parse_card(const std::string& text, const std::string& origin);

}  // namespace coulis
