// Depthwise: a k x k window over each channel by itself, one channel block at a time.
#pragma once

#include "core/network/fused/layout.hpp"
#include "core/network/fused/packed_depthwise.hpp"

namespace coulis::fused::fp32 {

using DepthwiseFunction = void (*)(const PackedDepthwise& layer, int block, const DepthwiseStrip<float>& strip);

// For the SIMD target in use.
DepthwiseFunction find_depthwise_kernel();

}  // namespace coulis::fused::fp32
