// Packing: weights as a model file has them -> rounded, in the order in which the bfloat16 kernels read them.
#pragma once

#include <array>

#include "core/network/fused/arena.hpp"
#include "core/network/fused/bf16/pointwise.hpp"
#include "core/network/inverted_residual.hpp"

namespace coulis::fused::bf16 {

PackedPointwise pack_pointwise(const PointwiseWeights& layer, const PointwiseKernel& kernel, Arena& arena);

// The stem as a pointwise layer over the numbers of its window, each row a chunk. Its weights are multiplied by the `scale` of their
// channel.
PackedPointwise pack_stem(const StemWeights& layer, const std::array<float, 3>& scale, const PointwiseKernel& kernel, Arena& arena);

}  // namespace coulis::fused::bf16
