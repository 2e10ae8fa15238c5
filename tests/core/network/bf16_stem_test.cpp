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

TEST(Bf16, LeavesAScaleToTheWeightsWhereThatMakesEveryPixelOfAChannelExact) {
  const PixelScale chosen = choose_pixel_scale({1 / 127.5, 1 / 255.0, 0.017}, {-1, 0, -2.1});  // 127.5, 0 and 123.5294 mean zero
  EXPECT_EQ(chosen.scale, (std::array<float, 3>{1, 1, 0.017F}));
  EXPECT_EQ(chosen.offset, (std::array<float, 3>{-127.5F, 0, -2.1F}));
  EXPECT_EQ(chosen.left_to_weights, (std::array<float, 3>{static_cast<float>(1 / 127.5), static_cast<float>(1 / 255.0), 1}));
}

TEST(Bf16, RoundsNoPixelOfTheBuiltInModel) {
  const ModelCard card = load_model("").card;
  EXPECT_EQ(choose_pixel_scale(card.preprocessing.scale, card.preprocessing.offset).scale, (std::array<float, 3>{1, 1, 1}));
}

TEST_F(Bf16Stem, PadsWithZerosAfterTheScaleNotWithBlackPixels) {
  constexpr int kWidth = 23;  // 69 numbers: more than one round of three vectors, and a rest
  std::vector<std::uint8_t> pixels(2 * kWidth * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  const Window window = make_window(3, 1, Padding::kSame, {kWidth, 2});
  constexpr std::size_t kRowElements = (kWidth + 2) * 3;
  constexpr PixelScale kScale{{0.5F, 0.25F, 2}, {-1, 3, 0}, {1, 1, 1}};
  std::vector<Bfloat16> rows(4 * kRowElements, 99);
  convert_rows({pixels.data(), kWidth, 2}, kScale, window, -1, 3, kRowElements, rows.data());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::size_t row = i / kRowElements;
    const std::size_t column = i % kRowElements;
    const bool inside = (row == 1 || row == 2) && column >= 3 && column < 3 + kWidth * 3;
    const float expected =
        inside ? rounded(pixels[(row - 1) * kWidth * 3 + column - 3] * kScale.scale[column % 3] + kScale.offset[column % 3]) : 0;
    EXPECT_EQ(to_float(rows[i]), expected) << "row " << row << ", column " << column;
  }
}

}  // namespace
}  // namespace coulis::fused::bf16
