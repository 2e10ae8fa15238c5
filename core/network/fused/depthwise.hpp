// Depthwise: a k x k window over each channel by itself, one output row of one channel block at a time.
#pragma once

#include "core/network/fused/layout.hpp"

namespace coulis::fused {

struct PackedDepthwise {
  int kernel = 3;
  int stride = 1;
  int channels = 0;
  Clamp clamp;
  const float* weight = nullptr;  // [blocks, kernel * kernel, 16]
  const float* bias = nullptr;    // [blocks, 16]
};

struct DepthwiseRow {
  const float* const* rows = nullptr;  // [kernel] of [in_width, 16]; a row outside the image is a row of zeros
  int in_width = 0;
  int out_width = 0;
  int left_padding = 0;     // columns of zeros on the left, which no memory holds
  float* output = nullptr;  // [out_width, 16]
};

using DepthwiseFunction = void (*)(const PackedDepthwise& layer, int block, const DepthwiseRow& row);

// For the SIMD target in use.
DepthwiseFunction find_depthwise_kernel();

}  // namespace coulis::fused
