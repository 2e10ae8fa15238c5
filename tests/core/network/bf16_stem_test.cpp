#include "core/network/fused/bf16/stem.hpp"

#include <cstdint>
#include <vector>

#include "core/network/model.hpp"
#include "tests/core/network/bf16_test.hpp"

namespace coulis::fused::bf16 {
namespace {

using Bf16Stem = OnBf16Cpu;

TEST(Bf16, RoundsToNearestAndTiesToEven) {
  EXPECT_EQ(to_bfloat16(1), 0x3F80);
  EXPECT_EQ(to_bfloat16(-1.00390625F), 0xBF80) << "half way, the lower one is even";
  EXPECT_EQ(to_bfloat16(1.01171875F), 0x3F82) << "half way, the upper one is even";
  EXPECT_EQ(to_bfloat16(1.00391F), 0x3F81);
  EXPECT_EQ(to_float(0x3F81), 1.0078125F);
}

TEST(Bf16, LeavesAScaleToTheWeightsWhereThatMakesEveryPixelExact) {
  const PixelScale from_minus_one = choose_pixel_scale(1 / 127.5, -1);
  EXPECT_EQ(from_minus_one.scale, 1);
  EXPECT_EQ(from_minus_one.offset, -127.5F);
  EXPECT_FLOAT_EQ(from_minus_one.left_to_weights, 1 / 127.5F);
  const PixelScale from_zero = choose_pixel_scale(1 / 255.0, 0);
  EXPECT_EQ(from_zero.offset, 0);
  EXPECT_FLOAT_EQ(from_zero.left_to_weights, 1 / 255.0F);
}

TEST(Bf16, RoundsNoPixelOfTheBuiltInModel) {
  const ModelCard card = load_model("").card;
  EXPECT_EQ(choose_pixel_scale(card.input_scale, card.input_offset).scale, 1);
}

TEST(Bf16, KeepsAScaleWhosePixelsWouldBeRoundedAnyway) {
  const PixelScale pixel_scale = choose_pixel_scale(0.017, -2.1);  // 123.5294 means zero
  EXPECT_FLOAT_EQ(pixel_scale.scale, 0.017F);
  EXPECT_FLOAT_EQ(pixel_scale.offset, -2.1F);
  EXPECT_EQ(pixel_scale.left_to_weights, 1);
}

TEST_F(Bf16Stem, PadsWithZerosAfterTheScaleNotWithBlackPixels) {
  constexpr int kWidth = 7;  // 21 numbers: a vector of 16 and a rest
  std::vector<std::uint8_t> pixels(2 * kWidth * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i * 6);
  const Window window = make_window(3, 1, Padding::kSame, {kWidth, 2});
  constexpr std::size_t kRowElements = (kWidth + 2) * 3;
  std::vector<Bfloat16> rows(4 * kRowElements, 99);
  convert_rows({pixels.data(), kWidth, 2}, {0.5F, -1.0F, 1}, window, -1, 3, kRowElements, rows.data());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t row = i / kRowElements;
    const std::size_t column = i % kRowElements;
    const bool inside = (row == 1 || row == 2) && column >= 3 && column < 3 + kWidth * 3;
    const float expected = inside ? rounded(pixels[(row - 1) * kWidth * 3 + column - 3] * 0.5 - 1) : 0;
    EXPECT_EQ(to_float(rows[i]), expected) << "row " << row << ", column " << column;
  }
}

}  // namespace
}  // namespace coulis::fused::bf16
