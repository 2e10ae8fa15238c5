// Weights as two int16, packed for instructions that multiply and add pairs of them.
#pragma once

#include <cstdint>
#include <vector>

namespace coulis {

struct Weights;

constexpr int kLowBits = 12;
constexpr int kPanelPx = 4;  // output pixels side by side in a panel

struct HighAndLow {
  std::int16_t high;
  std::int16_t low;
};

// k = high * 4096 + low, low in [-2048, 2047]: where the sum of weighted bytes does not overflow, that of the low halves does not either.
constexpr HighAndLow split_halves(std::int32_t k) {
  const std::int32_t high = (k + (1 << (kLowBits - 1))) >> kLowBits;
  return {static_cast<std::int16_t>(high), static_cast<std::int16_t>(k - high * (1 << kLowBits))};
}

struct Halves {
  std::vector<std::uint32_t> by_output;  // [out_px, taps / 2, 2]: the high halves of two taps, then their low halves
  std::vector<std::int16_t> by_panel;    // [out_px / 4, taps / 4, 4 outputs, 8]: four high, then four low halves; whole panels only
};

Halves pack_halves(const Weights& weights);

}  // namespace coulis
