// Packing: weights as a model file has them -> the order in which the kernels read them.
#pragma once

#include "core/network/fused/arena.hpp"
#include "core/network/fused/fp32/pointwise.hpp"
#include "core/network/fused/fp32/sparse_pointwise.hpp"
#include "core/network/inverted_residual.hpp"

namespace coulis::fused::fp32 {

PackedPointwise pack_pointwise(const PointwiseWeights& layer, const PointwiseKernel& kernel, Arena& arena);

// Panels of nearly equal width.
PackedPointwise pack_sparse_pointwise(const PointwiseWeights& layer, const SparsePointwiseKernel& kernel, Arena& arena);

// The stem as a pointwise layer over the kernel * kernel * 3 numbers of its window.
PackedPointwise pack_stem(const StemWeights& layer, const PointwiseKernel& kernel, Arena& arena);

}  // namespace coulis::fused::fp32
