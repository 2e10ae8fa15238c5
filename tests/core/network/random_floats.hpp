// Repeatable random numbers for the tests.
#pragma once

#include <cstddef>
#include <random>
#include <vector>

namespace coulis {

inline std::vector<float> random_floats(std::size_t count, float low, float high, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> distribution(low, high);
  std::vector<float> values(count);
  for (float& value : values) value = distribution(generator);
  return values;
}

}  // namespace coulis
