// Weights: what each pixel of an output axis takes from the input axis, in Pillow's fixed point.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/resample/digits.hpp"
#include "core/resample/resample.hpp"

namespace coulis {

constexpr int kWeightBits = 22;  // 1.0 is 1 << 22; Pillow's PRECISION_BITS for 8-bit images

// taps is one multiple of 4 for all outputs, filled up with zero weights; never more than 3 beyond the input.
struct Weights {
  int in_px = 0;
  int out_px = 0;
  int taps = 0;
  std::vector<int> start;       // [out_px]: input position of the first tap
  std::vector<std::int32_t> k;  // [out_px, taps], each below 2^23 in size

  // What follows is empty on an axis of more than kLongestPackedPx.
  // The same weights of whole panels as int16, k = high * 4096 + low: [out_px / 4, taps / 4, 4 outputs, 4 high and 4 low].
  std::vector<std::int16_t> halves;
  std::vector<std::uint32_t> half_pairs;  // [out_px, taps / 2, 2]: the high halves of two taps, then their low halves
  Digits digits;                          // the same for AVX-512

  bool packed() const { return !half_pairs.empty(); }

  std::int32_t* row(int out) { return k.data() + static_cast<std::size_t>(out) * static_cast<std::size_t>(taps); }
  const std::int32_t* row(int out) const { return k.data() + static_cast<std::size_t>(out) * static_cast<std::size_t>(taps); }

  // The taps of one output that lie inside the input: all but the filling.
  std::span<const std::int32_t> taps_of(int out) const { return {row(out), static_cast<std::size_t>(std::min(taps, in_px))}; }
};

constexpr int kLongestPackedPx = 1 << 18;  // beyond any camera; the weights would take more memory than the pixels
constexpr int kPanelPx = 4;                // outputs side by side in a panel
constexpr int kLowBits = 12;

struct Halves {
  std::int16_t high;
  std::int16_t low;
};

// low is in [-2048, 2047]: a sum of weighted bytes overflows in neither half if it does not overflow in k.
constexpr Halves split(std::int32_t k) {
  const std::int32_t high = (k + (1 << (kLowBits - 1))) >> kLowBits;
  return {static_cast<std::int16_t>(high), static_cast<std::int16_t>(k - high * (1 << kLowBits))};
}

Weights compute_weights(int in_px, int out_px, Filter filter);

}  // namespace coulis
