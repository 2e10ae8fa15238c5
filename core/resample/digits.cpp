#include "core/resample/digits.hpp"

#include <algorithm>
#include <array>

#include "core/resample/weights.hpp"

namespace coulis {
namespace {

constexpr std::size_t kQuadBytes = 12;  // four RGB pixels

// Each digit is in [-128, 127].
std::array<std::int32_t, kDigits> split_digits(std::int32_t k) {
  std::array<std::int32_t, kDigits> digits{};
  for (std::size_t i = kDigits; i-- > 0;) {
    digits[i] = ((k + 128) & 255) - 128;
    k = (k - digits[i]) >> 8;
  }
  return digits;
}

std::vector<std::uint32_t> pack_by_output(const Weights& weights) {
  std::vector<std::uint32_t> packed(weights.k.size() / 4 * kDigits, 0);
  for (std::size_t i = 0; i < weights.k.size(); ++i) {
    const auto digits = split_digits(weights.k[i]);
    for (std::size_t j = 0; j < kDigits; ++j) {
      packed[i / 4 * kDigits + j] |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(digits[j])) << (i % 4 * 8);
    }
  }
  return packed;
}

// Output bytes after the end of the row repeat the last pixel; they are computed and not stored.
std::size_t pixel_of(std::size_t output_byte, const Weights& weights) {
  return std::min(output_byte / 3, static_cast<std::size_t>(weights.out_px) - 1);
}

std::size_t first_byte(std::size_t output_byte, const Weights& weights) {
  return static_cast<std::size_t>(weights.start[pixel_of(output_byte, weights)]) * 3 + output_byte % 3;
}

// The window moves on for each quad of taps and must stay inside the
// input row. False if the first quad does not fit into such a window.
bool add_group(const Weights& weights, std::size_t first_output, Digits& digits) {
  const std::size_t quads = static_cast<std::size_t>(weights.taps) / 4;
  const std::size_t read_bytes = kWindowBytes + (quads - 1) * kQuadBytes;
  const std::size_t row_bytes = static_cast<std::size_t>(weights.in_px) * 3;
  if (row_bytes < read_bytes) return false;
  const std::size_t start = std::min(static_cast<std::size_t>(weights.start[pixel_of(first_output, weights)]) * 3, row_bytes - read_bytes);
  digits.window_start.push_back(start);
  for (std::size_t i = 0; i < kGroupOutputs; ++i) {
    for (std::size_t tap = 0; tap < 4; ++tap) {
      const std::size_t byte = first_byte(first_output + i, weights) + tap * 3 - start;
      if (byte >= kWindowBytes) return false;
      digits.choice.push_back(static_cast<std::uint8_t>(byte));
    }
  }
  for (std::size_t j = 0; j < quads * kDigits; ++j) {
    for (std::size_t i = 0; i < kGroupOutputs; ++i) {
      digits.by_group.push_back(digits.by_output[pixel_of(first_output + i, weights) * quads * kDigits + j]);
    }
  }
  return true;
}

}  // namespace

Digits pack_digits(const Weights& weights) {
  Digits digits;
  digits.by_output = pack_by_output(weights);
  const std::size_t row_bytes = static_cast<std::size_t>(weights.out_px) * 3;
  // Whole 512-bit vectors of output bytes: four groups each.
  const std::size_t groups = (row_bytes + 63) / 64 * 4;
  for (std::size_t group = 0; group < groups; ++group) {
    if (!add_group(weights, group * kGroupOutputs, digits)) return {std::move(digits.by_output), {}, {}, {}};
  }
  return digits;
}

}  // namespace coulis
