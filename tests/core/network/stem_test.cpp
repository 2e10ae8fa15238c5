#include "core/network/fused/fp32/stem.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace coulis::fused::fp32 {
namespace {

TEST(Stem, PadsWithZerosAfterTheScaleNotWithBlackPixels) {
  const std::vector<std::uint8_t> pixels = {0, 51, 255, 10, 20, 30, 40, 50, 60, 70, 80, 90};  // [2, 2, 3]
  const Window window = make_window(3, 1, Padding::kSame, {2, 2});
  constexpr std::size_t kRowFloats = (2 + 2) * 3;
  std::vector<float> rows(4 * kRowFloats, 99.0F);
  convert_rows({pixels.data(), 2, 2}, {0.5F, -1.0F}, window, -1, 3, kRowFloats, rows.data());
  const std::vector<float> outside(kRowFloats, 0.0F);
  const std::vector<float> first = {0, 0, 0, -1, 24.5F, 126.5F, 4, 9, 14, 0, 0, 0};
  const std::vector<float> second = {0, 0, 0, 19, 24, 29, 34, 39, 44, 0, 0, 0};
  EXPECT_EQ(std::vector<float>(rows.begin(), rows.begin() + kRowFloats), outside);
  EXPECT_EQ(std::vector<float>(rows.begin() + kRowFloats, rows.begin() + 2 * kRowFloats), first);
  EXPECT_EQ(std::vector<float>(rows.begin() + 2 * kRowFloats, rows.begin() + 3 * kRowFloats), second);
  EXPECT_EQ(std::vector<float>(rows.begin() + 3 * kRowFloats, rows.end()), outside);
}

}  // namespace
}  // namespace coulis::fused::fp32
