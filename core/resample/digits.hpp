// Weights as three signed digits of base 256, packed for instructions that multiply four bytes by four digits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace coulis {

struct Weights;

constexpr std::size_t kDigits = 3;         // most significant first: k = (digit0 * 256 + digit1) * 256 + digit2
constexpr std::size_t kGroupOutputs = 16;  // output bytes side by side, one for each int32 of a 512-bit vector
constexpr std::size_t kWindowBytes = 64;   // what a byte permutation chooses from

// The same digit of four neighbouring taps makes one uint32; the first tap is its lowest byte.
struct Digits {
  std::vector<std::uint32_t> by_output;  // [out_px, taps / 4, kDigits]

  // For interleaved rows, in groups of output bytes; empty where the taps of a group do not fit into a window.
  std::vector<std::size_t> window_start;  // [groups]: byte of the input row; 12 further for each quad of taps
  std::vector<std::uint8_t> choice;       // [groups, kGroupOutputs, 4]: bytes of the window
  std::vector<std::uint32_t> by_group;    // [groups, taps / 4, kDigits, kGroupOutputs]

  bool fits_rows() const { return !choice.empty(); }
};

Digits pack_digits(const Weights& weights);

}  // namespace coulis
