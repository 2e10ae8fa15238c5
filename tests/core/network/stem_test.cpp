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
  convert_rows({pixels.data(), 2, 2}, {{0.5F, 0.5F, 0.5F}, {-1.0F, -1.0F, -1.0F}}, window, -1, 3, kRowFloats, rows.data());
  const std::vector<float> outside(kRowFloats, 0.0F);
  const std::vector<float> first = {0, 0, 0, -1, 24.5F, 126.5F, 4, 9, 14, 0, 0, 0};
  const std::vector<float> second = {0, 0, 0, 19, 24, 29, 34, 39, 44, 0, 0, 0};
  EXPECT_EQ(std::vector<float>(rows.begin(), rows.begin() + kRowFloats), outside);
  EXPECT_EQ(std::vector<float>(rows.begin() + kRowFloats, rows.begin() + 2 * kRowFloats), first);
  EXPECT_EQ(std::vector<float>(rows.begin() + 2 * kRowFloats, rows.begin() + 3 * kRowFloats), second);
  EXPECT_EQ(std::vector<float>(rows.begin() + 3 * kRowFloats, rows.end()), outside);
}

TEST(Stem, ScalesEachChannelWithItsOwnNumbers) {
  constexpr int kWidth = 19;  // more than one round of factors, and a rest
  std::vector<std::uint8_t> pixels(kWidth * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 4);
  const PixelScale pixel_scale{{0.5F, 0.25F, 2.0F}, {-1.0F, 3.0F, 0.0F}};
  const Window window = make_window(3, 1, Padding::kSame, {kWidth, 1});
  constexpr std::size_t kRowFloats = (kWidth + 2) * 3;
  std::vector<float> row(kRowFloats, 99.0F);
  convert_rows({pixels.data(), kWidth, 1}, pixel_scale, window, 0, 1, kRowFloats, row.data());
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    EXPECT_EQ(row[3 + i], static_cast<float>(pixels[i]) * pixel_scale.scale[i % 3] + pixel_scale.offset[i % 3]) << "float " << i;
  }
}

}  // namespace
}  // namespace coulis::fused::fp32
