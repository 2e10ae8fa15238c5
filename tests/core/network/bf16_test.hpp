// What the tests of the bfloat16 kernels share: the skip on other CPUs, and numbers whose sums are exact, so that equality can be asked
// for.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <vector>

#include "core/network/fused/bf16/bfloat16.hpp"
#include "core/network/fused/bf16/cpu.hpp"
#include "tests/cpu.hpp"

namespace coulis::fused::bf16 {

class OnBf16Cpu : public testing::Test {
 protected:
  void SetUp() override {
    const bool at_avx512 = simd_levels_of_cpu().back() == SimdLevel::kAvx512;
    if (!at_avx512 || !cpu_has({"avx512_bf16"})) GTEST_SKIP() << "this CPU lacks bf16";
    ASSERT_TRUE(has_bf16_instructions()) << "/proc/cpuinfo has avx512_bf16";
  }
};

// Multiples of `step` up to `largest_step` times it, both ways.
inline std::vector<float> random_steps(std::size_t count, int largest_step, float step, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_int_distribution<int> distribution(-largest_step, largest_step);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(distribution(generator)) * step;
  return values;
}

// As a kernel should store it.
inline float rounded(double value) {
  return to_float(to_bfloat16(static_cast<float>(value)));
}

}  // namespace coulis::fused::bf16
