// Repeatable quantised layers and activations for the tests of the int8 kernels. Extreme numbers come often.
#pragma once

#include <cstdint>
#include <random>

#include "core/network/fused/arena.hpp"
#include "core/network/fused/layout.hpp"
#include "core/network/quantised_layers.hpp"

namespace coulis::fused::int8 {

inline QuantisedLayer random_layer(std::size_t weights, std::size_t channels, int input_zero_point, unsigned seed) {
  std::mt19937 generator(seed);
  QuantisedLayer layer;
  layer.input = {0.02F, input_zero_point};
  layer.output = {0.03F, static_cast<int>(generator() % 40) - 100};
  for (std::size_t i = 0; i < weights; ++i) {
    const auto byte = static_cast<std::int8_t>(generator());
    layer.weight.push_back(generator() % 4 == 0 ? static_cast<std::int8_t>(byte < 0 ? -128 : 127) : byte);
  }
  const std::size_t inputs = weights / channels;
  const float per_input = 0.2F / static_cast<float>(inputs + 8);
  for (std::size_t i = 0; i < channels; ++i) {
    layer.weight_scales.push_back(per_input * (1 + static_cast<float>(generator() % 100) / 100));
    layer.bias.push_back(static_cast<std::int32_t>(generator() % 20000) - 5000);
  }
  return layer;
}

inline Plane<std::uint8_t> random_plane(Arena& arena, int channels, int pixels, unsigned seed) {
  const std::size_t stride = block_stride_of(pixels, 1);
  const std::size_t count = static_cast<std::size_t>(count_blocks(channels)) * stride;
  Plane<std::uint8_t> plane{arena.allocate<std::uint8_t>(count), stride};
  std::mt19937 generator(seed);
  for (std::size_t i = 0; i < count; ++i) plane.data[i] = static_cast<std::uint8_t>(generator() % 4 == 0 ? 255 : generator());
  return plane;
}

inline std::uint8_t read(const Plane<std::uint8_t>& plane, int pixel, int channel) {
  return plane.at(channel / kBlockChannels, pixel)[channel % kBlockChannels];
}

}  // namespace coulis::fused::int8
