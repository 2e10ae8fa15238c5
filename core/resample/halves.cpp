#include "core/resample/halves.hpp"

#include <cstddef>

#include "core/resample/weights.hpp"

namespace coulis {
namespace {

// The first one in the lower 16 bits.
std::uint32_t pair_up(std::int16_t first, std::int16_t second) {
  const auto lower = static_cast<std::uint16_t>(first);
  const auto upper = static_cast<std::uint16_t>(second);
  return lower | static_cast<std::uint32_t>(upper) << 16U;
}

std::vector<std::uint32_t> pack_by_output(const Weights& weights) {
  std::vector<std::uint32_t> pairs;
  pairs.reserve(weights.k.size());
  for (std::size_t i = 0; i < weights.k.size(); i += 2) {
    const HighAndLow first = split_halves(weights.k[i]), second = split_halves(weights.k[i + 1]);
    pairs.push_back(pair_up(first.high, second.high));
    pairs.push_back(pair_up(first.low, second.low));
  }
  return pairs;
}

void append_quad(const std::int32_t* k, std::vector<std::int16_t>& packed) {
  for (int tap = 0; tap < 4; ++tap) packed.push_back(split_halves(k[tap]).high);
  for (int tap = 0; tap < 4; ++tap) packed.push_back(split_halves(k[tap]).low);
}

std::vector<std::int16_t> pack_by_panel(const Weights& weights) {
  std::vector<std::int16_t> packed;
  packed.reserve(weights.k.size() * 2);
  for (int first = 0; first + kPanelPx <= weights.out_px; first += kPanelPx) {
    for (int tap = 0; tap < weights.taps; tap += 4) {
      for (int i = 0; i < kPanelPx; ++i) append_quad(weights.row(first + i) + tap, packed);
    }
  }
  return packed;
}

}  // namespace

Halves pack_halves(const Weights& weights) {
  return {pack_by_output(weights), pack_by_panel(weights)};
}

}  // namespace coulis
