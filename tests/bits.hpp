// Numbers as their bits, to compare: as numbers, -0 is 0.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace coulis {

template <class Real>
auto bits_of(Real value) {
  return std::bit_cast<std::conditional_t<sizeof(Real) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>>(value);
}

template <class Real>
auto bits_of(const std::vector<Real>& values) {
  std::vector<decltype(bits_of(Real{}))> bits;
  bits.reserve(values.size());
  for (const Real value : values) bits.push_back(bits_of(value));
  return bits;
}

}  // namespace coulis
