// Depthwise in bfloat16: values are widened, summed in float32 with float32 weights, and rounded once.
#pragma once

#include "core/network/fused/bf16/bfloat16.hpp"
#include "core/network/fused/clamp.hpp"
#include "core/network/fused/layout.hpp"

namespace coulis::fused::bf16 {

struct PackedDepthwise {
  int kernel = 3;
  int stride = 1;
  int channels = 0;
  Clamp clamp;
  const float* weight = nullptr;  // [blocks, kernel * kernel, 16]
  const float* bias = nullptr;    // [blocks, 16]
};

// On x86-64 only, where has_bf16_instructions().
void compute_depthwise(const PackedDepthwise& layer, int block, const DepthwiseStrip<Bfloat16>& strip);

}  // namespace coulis::fused::bf16
