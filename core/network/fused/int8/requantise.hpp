// Requantise: the int32 sums of a layer -> uint8 activations, by XNNPACK's rules (docs/decisions/0007-int8-as-published.md).
// Activations are uint8 = int8 + 128 everywhere in this folder, zero points too: the dot product instructions take unsigned times signed.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

#include "core/network/inverted_residual.hpp"
#include "core/network/quantised_layers.hpp"

namespace coulis::fused::int8 {

constexpr int kUnsignedOffset = 128;

constexpr std::uint8_t unsigned_zero_point(const Quantisation& quantisation) {
  return static_cast<std::uint8_t>(quantisation.zero_point + kUnsignedOffset);
}

// activation = clamp(round_to_even(float(sum) * scale) + zero_point, low, high), with a scale per channel
struct OutputRange {
  std::uint8_t zero_point = 0;
  std::uint8_t low = 0;
  std::uint8_t high = 255;
};

OutputRange output_range_of(const Quantisation& output, Activation activation);
std::vector<float> output_scales_of(const QuantisedLayer& layer);  // [out]

// sum of a residual block = clamp((bias + input * input_multiplier + output * output_multiplier) >> shift) + zero_point, 0, 255)
struct Addition {
  std::int32_t input_multiplier = 0;   // of the block's input
  std::int32_t output_multiplier = 0;  // of its last layer's output
  std::int32_t bias = 0;
  std::int32_t shift = 0;
  std::int32_t zero_point = 0;
};

// Throws Error(kUsage) for scales so far apart that the integers would overflow.
Addition make_addition(const Quantisation& input, const Quantisation& output, const Quantisation& sum);

// Nearest integer, ties to even, for |value| < 2^22: above 1.5 * 2^23, float32 has no bits below one.
inline std::int32_t round_to_even(float value) {
  constexpr float kMagic = 12582912.0F;
  return std::bit_cast<std::int32_t>(value + kMagic) - std::bit_cast<std::int32_t>(kMagic);
}

inline std::uint8_t requantise(std::int32_t sum, float scale, const OutputRange& range) {
  const float scaled = std::clamp(static_cast<float>(sum) * scale, -1024.0F, 1024.0F);  // far outside uint8 with any zero point
  return static_cast<std::uint8_t>(std::clamp<std::int32_t>(round_to_even(scaled) + range.zero_point, range.low, range.high));
}

inline std::uint8_t add(std::uint8_t input, std::uint8_t output, const Addition& addition) {
  const std::int32_t sum = addition.bias + input * addition.input_multiplier + output * addition.output_multiplier;
  return static_cast<std::uint8_t>(std::clamp<std::int32_t>((sum >> addition.shift) + addition.zero_point, 0, 255));
}

}  // namespace coulis::fused::int8
