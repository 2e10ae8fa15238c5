#include "core/network/fused/plan.hpp"

#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "tests/core/network/small_model.hpp"

namespace coulis::fused {
namespace {

TEST(Plan, SamePaddingPutsTheOddPixelAtTheEndAsTensorFlowDoes) {
  const Window even = make_window(3, 2, Padding::kSame, {224, 224});
  EXPECT_EQ(even.out.width, 112);
  EXPECT_EQ(even.left_padding, 0);
  EXPECT_EQ(even.top_padding, 0);
  const Window odd = make_window(3, 2, Padding::kSame, {7, 7});
  EXPECT_EQ(odd.out.height, 4);
  EXPECT_EQ(odd.top_padding, 1);
  EXPECT_EQ(make_window(5, 2, Padding::kSame, {56, 56}).left_padding, 1);
}

TEST(Plan, ANetworkThatNeedsFarTooMuchMemoryIsRefused) {
  const SmallModel small = make_small_model({.width_px = 4096, .height_px = 4096, .stem_stride = 1});
  const Model model = parse_model(small.to_bytes(), "large");
  EXPECT_THROW(make_plan(model.card, *std::get<InvertedResidual>(model.network).weights, sizeof(float)), Error);
}

TEST(Plan, SymmetricPaddingIsHalfTheKernelOnBothSidesAsPyTorchDoes) {
  const Window window = make_window(3, 2, Padding::kSymmetric, {224, 225});
  EXPECT_EQ(window.out.width, 112);
  EXPECT_EQ(window.out.height, 113);
  EXPECT_EQ(window.left_padding, 1);
  EXPECT_EQ(make_window(5, 1, Padding::kSymmetric, {9, 9}).out.width, 9);
}

TEST(Plan, TheModelBuiltInTakesTheMultiplyAddsOfItsPaper) {
  EXPECT_NEAR(multiply_adds(load_model("")), 300e6, 1e6);  // Sandler et al. 2018, table 4; 1.3 million of them are the classifier's
}

}  // namespace
}  // namespace coulis::fused
