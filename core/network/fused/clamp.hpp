// Clamp: an activation as the two limits between which it lets values pass.
#pragma once

#include <limits>

#include "core/network/inverted_residual.hpp"

namespace coulis::fused {

struct Clamp {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  bool clamps() const { return low == 0; }
};

constexpr Clamp clamp_of(Activation activation) {
  Clamp clamp;
  if (activation != Activation::kNone) clamp.low = 0;
  if (activation == Activation::kRelu6) clamp.high = 6;
  return clamp;
}

}  // namespace coulis::fused
