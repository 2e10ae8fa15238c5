// The tensors of a model file -> the int8 numbers as published.
#pragma once

#include <memory>

#include "core/network/inverted_residual.hpp"
#include "core/network/quantised_layers.hpp"
#include "core/safetensors/safetensors.hpp"

namespace coulis {

// Null for a file whose stem is not int8. `layers` says what shape each tensor must have.
// Throws Error(kRunFailed) for a tensor that is missing, of another type or shape, or out of range.
std::shared_ptr<const QuantisedInvertedResidual> read_quantised_weights(const Safetensors& file, const InvertedResidualWeights& layers);

}  // namespace coulis
