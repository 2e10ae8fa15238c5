// Seeded feature rows for the tests of moments and PCA, and moments compared.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include "core/base/matrix_view.hpp"
#include "core/moments/moments.hpp"
#include "tests/bits.hpp"

namespace coulis {

// [rows, columns]: columns of different scale and offset, so that a wrong mean shows.
inline std::vector<float> random_rows(std::size_t rows, std::size_t columns, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(rows * columns);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto column = static_cast<float>(i % columns);
    values[i] = uniform(generator) / (1 + column) + 3 * column;
  }
  return values;
}

inline bool same_bits(const Moments& one, const Moments& other) {
  return one.count == other.count && bits_of(one.mean) == bits_of(other.mean) && bits_of(one.scatter) == bits_of(other.scatter);
}

}  // namespace coulis
