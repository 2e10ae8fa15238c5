// Depthwise in bfloat16: values are widened, summed in float32 with float32 weights, and rounded once.
#pragma once

#include "core/network/fused/bf16/bfloat16.hpp"
#include "core/network/fused/layout.hpp"
#include "core/network/fused/packed_depthwise.hpp"

namespace coulis::fused::bf16 {

// On x86-64 only, where has_bf16_instructions().
void compute_depthwise(const PackedDepthwise& layer, int block, const DepthwiseStrip<Bfloat16>& strip);

}  // namespace coulis::fused::bf16
