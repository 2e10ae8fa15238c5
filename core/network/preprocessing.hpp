// Preprocessing: what happens to a decoded photo before its network. It belongs to the model, never to a flag.
#pragma once

#include <array>
#include <string>

#include "core/resample/resample.hpp"

namespace coulis {

struct Preprocessing {
  ResampleOptions resize;         // to the network's input
  std::array<double, 3> scale{};  // of red, green and blue: network input = u8 * scale + offset
  std::array<double, 3> offset{};
};

// One line with everything that changes numbers, for fingerprints and files.
std::string to_string(const Preprocessing& preprocessing);

}  // namespace coulis
