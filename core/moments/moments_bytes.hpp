// Moments as bytes, to send them from one process to another: count, width, mean, and the upper triangle of the scatter row by row.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/moments/moments.hpp"

namespace coulis {

// Little-endian: 16 bytes and 8 d (d + 3) / 2 more, 6.6 MB for d = 1280. What comes back is equal to the bit.
std::vector<std::byte> to_bytes(const Moments& moments);
Moments parse_moments(std::span<const std::byte> bytes);  // throws Error(kRunFailed) for bytes that to_bytes() did not write

}  // namespace coulis
