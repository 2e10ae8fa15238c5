// Weights: what each pixel of an output axis takes from the input axis, in Pillow's fixed point.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/resample/digits.hpp"
#include "core/resample/halves.hpp"
#include "core/resample/resample.hpp"

namespace coulis {

constexpr int kWeightBits = 22;            // 1.0 is 1 << 22; Pillow's PRECISION_BITS for 8-bit images
constexpr int kLongestPackedPx = 1 << 18;  // beyond any camera; the weights would take more memory than the pixels

// taps is one multiple of 4 for all outputs, filled up with zero weights; never more than 3 beyond the input.
struct Weights {
  int in_px = 0;
  int out_px = 0;
  int taps = 0;
  std::vector<int> start;       // [out_px]: input position of the first tap
  std::vector<std::int32_t> k;  // [out_px, taps], each below 2^23 in size

  // The same weights for the SIMD passes; empty for an axis of more than kLongestPackedPx.
  Halves halves;
  Digits digits;

  bool packed() const { return !halves.by_output.empty(); }

  std::int32_t* row(int out) { return k.data() + static_cast<std::size_t>(out) * static_cast<std::size_t>(taps); }
  const std::int32_t* row(int out) const { return k.data() + static_cast<std::size_t>(out) * static_cast<std::size_t>(taps); }

  // The taps of one output that lie inside the input, without those that fill up.
  std::span<const std::int32_t> taps_of(int out) const { return {row(out), static_cast<std::size_t>(std::min(taps, in_px))}; }
};

Weights compute_weights(int in_px, int out_px, Filter filter);

// For an axis that runs backwards in the image that Pillow resamples: the same numbers, so the same bytes, backwards.
Weights compute_mirrored_weights(int in_px, int out_px, Filter filter);

}  // namespace coulis
