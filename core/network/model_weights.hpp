// The tensors of a model file -> float32 weights: taken as they are, or dequantised from int8.
#pragma once

#include "core/network/inverted_residual.hpp"
#include "core/safetensors/safetensors.hpp"

namespace coulis {

// Fills the tensors of `layers`, whose extents say what each must look like.
// Throws Error(kRunFailed) for one that is missing, of another type or shape, or not finite.
void read_weights(const Safetensors& file, InvertedResidualWeights& layers);

}  // namespace coulis
