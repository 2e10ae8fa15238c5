// PackedDepthwise: a depthwise layer's float32 weights in the order in which kernels read them.
#pragma once

#include "core/network/fused/arena.hpp"
#include "core/network/fused/clamp.hpp"
#include "core/network/inverted_residual.hpp"

namespace coulis::fused {

struct PackedDepthwise {
  int kernel = 3;
  int stride = 1;
  int channels = 0;
  Clamp clamp;
  const float* weight = nullptr;  // [blocks, kernel * kernel, 16]
  const float* bias = nullptr;    // [blocks, 16]
};

PackedDepthwise pack_depthwise(const DepthwiseWeights& layer, Arena& arena);

}  // namespace coulis::fused
