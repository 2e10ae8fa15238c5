// Packing: int8 weights as a model file has them -> the order in which the kernels read them.
#pragma once

#include "core/network/fused/arena.hpp"
#include "core/network/fused/int8/depthwise.hpp"
#include "core/network/fused/int8/pointwise.hpp"
#include "core/network/inverted_residual.hpp"
#include "core/network/quantised_layers.hpp"

namespace coulis::fused::int8 {

// All of them throw Error(kUsage) for a layer whose sums could overflow 32 bits.
PackedPointwise pack_pointwise(const PointwiseWeights& extents, const QuantisedLayer& layer, const PointwiseKernel& kernel, Arena& arena);

// The stem as a pointwise layer over the rows of its window, each row a chunk of whole quads.
PackedPointwise pack_stem(const StemWeights& extents, const QuantisedLayer& layer, const PointwiseKernel& kernel, Arena& arena);

// Also throws for an input whose zero point is not 0 in uint8: kernels pad with zeros.
PackedDepthwise pack_depthwise(const DepthwiseWeights& extents, const QuantisedLayer& layer, Arena& arena);

}  // namespace coulis::fused::int8
