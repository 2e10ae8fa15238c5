// Depthwise: a k x k window over each channel by itself, one channel block at a time.
#pragma once

#include "core/network/fused/clamp.hpp"
#include "core/network/fused/layout.hpp"

namespace coulis::fused::fp32 {

struct PackedDepthwise {
  int kernel = 3;
  int stride = 1;
  int channels = 0;
  Clamp clamp;
  const float* weight = nullptr;  // [blocks, kernel * kernel, 16]
  const float* bias = nullptr;    // [blocks, 16]
};

using DepthwiseFunction = void (*)(const PackedDepthwise& layer, int block, const DepthwiseStrip<float>& strip);

// For the SIMD target in use.
DepthwiseFunction find_depthwise_kernel();

}  // namespace coulis::fused::fp32
