// Pointwise in float32: sums over channels for a run of pixels, with bias, activation and residual; or their sum over the pixels.
#pragma once

#include <algorithm>
#include <span>

#include "core/network/fused/clamp.hpp"
#include "core/network/fused/pointwise.hpp"

namespace coulis::fused::fp32 {

struct Format {
  using Element = float;
  using Weight = float;
  using Sum = float;
  using Finish = Clamp;
  static constexpr int kGroup = 1;
  static constexpr bool kScaled = false;
  static constexpr float widen(float value) { return value; }
  static float round(std::span<const float> row, std::span<float> weights) {
    std::copy(row.begin(), row.end(), weights.begin());
    return 1;
  }
};

using Panel = fused::Panel<Format>;
using PackedPointwise = fused::PackedPointwise<Format>;
using PointwiseKernel = fused::PointwiseKernel<Format>;

// For the SIMD target in use.
PointwiseKernel find_pointwise_kernel();

}  // namespace coulis::fused::fp32
