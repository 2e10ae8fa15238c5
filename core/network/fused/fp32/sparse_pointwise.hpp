// Pointwise layers after a ReLU, which makes many of their inputs zero: a channel that is zero
// in all pixels of a tile is skipped. The results are those of the dense kernel, bit for bit.
#pragma once

#include "core/network/fused/fp32/pointwise.hpp"
#include "core/network/fused/layout.hpp"
#include "core/network/fused/packing.hpp"

namespace coulis::fused::fp32 {

struct SparsePointwiseKernel {
  int lanes = 0;
  int max_vectors = 0;  // in a panel

  // Writes all channels of the run to `output`. maybe_residual: added after the activation, laid out as the output; its data may
  // be null.
  void (*compute)(const PackedPointwise& layer, const PixelRun<float>& run, const Plane<float>& output,
                  const Plane<float>& maybe_residual) = nullptr;
};

// For the SIMD target in use.
SparsePointwiseKernel find_sparse_pointwise_kernel();

// In panels of nearly equal width.
PackedPointwise pack_sparse_pointwise(const PointwiseWeights& layer, const SparsePointwiseKernel& kernel, Arena& arena);

}  // namespace coulis::fused::fp32
