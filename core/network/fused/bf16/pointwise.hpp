// Pointwise in bfloat16: sums over pairs of channels in float32, rounded once, after bias, activation and residual.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

#include "core/network/fused/bf16/bfloat16.hpp"
#include "core/network/fused/clamp.hpp"
#include "core/network/fused/pointwise.hpp"

namespace coulis::fused::bf16 {

// An odd last input of a chunk is paired with a weight of zero; what it reads there must be finite.
struct Format {
  using Element = Bfloat16;
  using Weight = Bfloat16;
  using Sum = float;
  using Finish = Clamp;
  static constexpr int kGroup = 2;
  static constexpr bool kScaled = true;
  static constexpr float widen(Bfloat16 value) { return to_float(value); }

  // The largest weight becomes 127: weights that an 8-bit model was published with become its integers, which bfloat16 holds exactly.
  static float round(std::span<const float> row, std::span<Bfloat16> weights) {
    float largest = 0;
    for (const float weight : row) largest = std::max(largest, std::abs(weight));
    const float scale = largest > 0 ? largest / 127 : 1;
    std::transform(row.begin(), row.end(), weights.begin(), [scale](float weight) { return to_bfloat16(weight / scale); });
    return scale;
  }
};

using Panel = fused::Panel<Format>;
using PackedPointwise = fused::PackedPointwise<Format>;
using PointwiseKernel = fused::PointwiseKernel<Format>;

// On x86-64 only, where has_bf16_instructions().
PointwiseKernel find_pointwise_kernel();

}  // namespace coulis::fused::bf16
