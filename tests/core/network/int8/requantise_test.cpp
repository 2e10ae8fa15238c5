#include "core/network/fused/int8/requantise.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace coulis::fused::int8 {
namespace {

TEST(Requantise, RoundsHalvesToEvenAndAddsTheZeroPointAfterwards) {
  const OutputRange range{100, 0, 255};
  EXPECT_EQ(requantise(1, 0.5F, range), 100);
  EXPECT_EQ(requantise(3, 0.5F, range), 102);
  EXPECT_EQ(requantise(-1, 0.5F, range), 100);
  EXPECT_EQ(requantise(-3, 0.5F, range), 98);
  for (int sum = -300; sum <= 300; ++sum) {
    for (const float scale : {0.25F, 0.3F, 0.5F}) {
      const int expected = static_cast<int>(std::nearbyint(static_cast<float>(sum) * scale)) + 100;
      ASSERT_EQ(requantise(sum, scale, range), std::clamp(expected, 0, 255)) << sum << " * " << scale;
    }
  }
}

TEST(Requantise, ClampsToTheActivation) {
  const OutputRange range = output_range_of({0.04F, -120}, Activation::kRelu6);
  EXPECT_EQ(range.zero_point, 8);
  EXPECT_EQ(range.low, 8);
  EXPECT_EQ(range.high, 158);
  EXPECT_EQ(requantise(2147483647, 1.0F, range), 158);
  EXPECT_EQ(requantise(-2147483647, 1.0F, range), 8);
  EXPECT_EQ(output_range_of({1e-30F, -120}, Activation::kRelu6).high, 255);
  EXPECT_EQ(output_range_of({0.04F, -120}, Activation::kNone).low, 0);
}

TEST(Requantise, AnAdditionIsTheSumOfTheValuesToTheNearestQuantum) {
  const Quantisation a{0.11F, 3};
  const Quantisation b{0.05F, -20};
  const Quantisation sum{0.13F, -1};
  const Addition rule = make_addition(a, b, sum);
  for (int x = 0; x < 256; ++x) {
    for (int y = 0; y < 256; ++y) {
      const double value = (x - 131) * 0.11 + (y - 108) * 0.05;
      const double exact = std::clamp(value / 0.13 + 127, 0.0, 255.0);
      ASSERT_NEAR(add(static_cast<std::uint8_t>(x), static_cast<std::uint8_t>(y), rule), exact, 0.501) << x << ", " << y;
    }
  }
}

}  // namespace
}  // namespace coulis::fused::int8
