// bfloat16: the upper half of a float32, as its 16 bits.
#pragma once

#include <bit>
#include <cstdint>

namespace coulis::fused::bf16 {

using Bfloat16 = std::uint16_t;

// To nearest, ties to even, as the CPU's conversion does. Not for NaN.
constexpr Bfloat16 to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<Bfloat16>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

constexpr float to_float(Bfloat16 value) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

}  // namespace coulis::fused::bf16
