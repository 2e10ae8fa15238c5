// Pointwise in int8: sums over channels for a run of pixels, requantised,
// and then the residual addition; or the sum over the pixels.
#pragma once

#include <cstdint>

#include "core/network/fused/int8/requantise.hpp"
#include "core/network/fused/pointwise.hpp"

namespace coulis::fused::int8 {

struct Finish {
  OutputRange range;
  Addition addition;  // for the last layer of a residual block
};

// Biases already subtract the zero point of the input times the weights.
struct Format {
  using Element = std::uint8_t;
  using Weight = std::int8_t;
  using Sum = std::int32_t;
  using Finish = int8::Finish;
  static constexpr int kGroup = 4;
  static constexpr bool kScaled = true;
  static constexpr std::int32_t widen(std::uint8_t value) { return value; }
};

constexpr int kQuad = Format::kGroup;
constexpr PanelWidths kOneBlock{.min = 1, .usual = 1, .max = 1};  // where registers are few

using Panel = fused::Panel<Format>;
using PackedPointwise = fused::PackedPointwise<Format>;
using PointwiseKernel = fused::PointwiseKernel<Format>;

}  // namespace coulis::fused::int8
