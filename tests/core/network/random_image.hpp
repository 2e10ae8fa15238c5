// Repeatable images of random bytes, in a network's input size.
#pragma once

#include <cstdint>
#include <random>

#include "core/decode/image.hpp"
#include "core/network/model.hpp"

namespace coulis {

inline Image random_image(const ModelCard& card, unsigned seed) {
  Image image(card.preprocessing.resize.width_px, card.preprocessing.resize.height_px);
  std::mt19937 generator(seed);
  for (std::size_t i = 0; i < image.size_bytes(); ++i) image.data()[i] = static_cast<std::uint8_t>(generator() >> 11);
  return image;
}

}  // namespace coulis
