// Depthwise: a k x k window over each channel by itself, one channel block at a time.
#pragma once

#include <cstdint>

#include "core/network/fused/int8/requantise.hpp"
#include "core/network/fused/layout.hpp"

namespace coulis::fused::int8 {

// The input's zero point is 0, so that rows and columns of zeros are the padding.
struct PackedDepthwise {
  int kernel = 3;
  int stride = 1;
  int channels = 0;
  OutputRange range;
  const std::int8_t* weight = nullptr;  // [blocks, kernel, kernel, 16]
  const std::int32_t* bias = nullptr;   // [blocks, 16]
  const float* scale = nullptr;         // [blocks, 16]
};

using DepthwiseKernel = void (*)(const PackedDepthwise& layer, int block, const DepthwiseStrip<std::uint8_t>& strip);

}  // namespace coulis::fused::int8
