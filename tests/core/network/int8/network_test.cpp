#include "core/network/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "core/base/error.hpp"
#include "tests/bits.hpp"
#include "tests/core/network/every_level.hpp"
#include "tests/core/network/int8/reference_network.hpp"
#include "tests/core/network/random_image.hpp"
#include "tests/core/network/small_model.hpp"

namespace coulis {
namespace {

Model make_model(const SmallModelOptions& options) {
  return parse_model(make_small_quantised_model(options).to_bytes(), "small");
}

void expect_equal_to_reference(const SmallModelOptions& options) {
  const Model model = make_model(options);
  const Image image = random_image(model.card, 7);
  const std::vector<float> expected = compute_reference_int8_features(model, image.view());
  EXPECT_GT(std::set<float>(expected.begin(), expected.end()).size(), 5U) << "features that are all the same would prove nothing";
  on_every_level([&] {
    std::vector<float> row(expected.size(), -1.0F);
    make_network_factory(model, Precision::kInt8)->make()->features(image.view(), row);
    EXPECT_EQ(bits_of(row), bits_of(expected));
  });
}

TEST(Int8Network, EqualsPlainLoopsWithEndPadding) {
  expect_equal_to_reference({});
}

TEST(Int8Network, EqualsPlainLoopsWithSymmetricPadding) {
  expect_equal_to_reference({.padding = "symmetric"});
}

TEST(Int8Network, EqualsPlainLoopsWhereTheFirstBlockExpands) {
  expect_equal_to_reference({.first_block_expands = true});
}

TEST(Int8Network, EqualsPlainLoopsWithoutAHead) {
  expect_equal_to_reference({.head = false});
}

TEST(Int8Network, EqualsPlainLoopsWithAStemOfStrideOne) {
  expect_equal_to_reference({.width_px = 32, .height_px = 40, .stem_stride = 1});
}

TEST(Int8Network, EqualsPlainLoopsOnImagesSmallerThanItsWindows) {
  expect_equal_to_reference({.width_px = 1, .height_px = 1});
  expect_equal_to_reference({.width_px = 3, .height_px = 70});
  expect_equal_to_reference({.width_px = 130, .height_px = 2, .padding = "symmetric"});
}

// The message of the Error(kUsage) that packing throws; empty if it does not.
std::string refusal(const SmallModel& model) {
  try {
    make_network_factory(parse_model(model.to_bytes(), "the test model"), Precision::kInt8);
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ErrorCode::kUsage);
    EXPECT_FALSE(e.remedy().empty());
    return e.what();
  }
  return "";
}

TEST(Int8Network, AModelWithoutInt8WeightsIsAUsageError) {
  EXPECT_EQ(refusal(make_small_model({})), "the model small has no int8 weights");
}

TEST(Int8Network, NumbersThatCouldOverflowAreRefused) {
  SmallModel model = make_small_quantised_model({});
  model.integers["blocks.1.project.bias"][3] = 2147483647;
  EXPECT_NE(refusal(model).find("overflow"), std::string::npos);
  model = make_small_quantised_model({});
  model.values["head.weight_scale"][0] = 1e8F;
  EXPECT_NE(refusal(model).find("overflow"), std::string::npos);
}

TEST(Int8Network, ADepthwiseInputThatZerosCannotPadIsRefused) {
  SmallModel model = make_small_quantised_model({});
  model.integers["blocks.1.expand.output_zero_point"][0] = -127;
  EXPECT_NE(refusal(model).find("pad"), std::string::npos);
}

TEST(Int8Network, AnAdditionOfScalesTooFarApartIsRefused) {
  SmallModel model = make_small_quantised_model({});
  model.values["blocks.1.add.output_scale"][0] = 1e-4F;
  EXPECT_NE(refusal(model).find("scales"), std::string::npos);
}

TEST(Int8Network, AnAveragePoolOfScalesTooFarApartIsRefused) {
  SmallModel model = make_small_quantised_model({});
  model.values["pool.output_scale"][0] = 2e-38F;
  model.values["head.output_scale"][0] = 1e3F;
  EXPECT_NE(refusal(model).find("scales"), std::string::npos);
}

TEST(Int8Network, AnInputThatIsNoPixelIsRefused) {
  SmallModel model = make_small_quantised_model({});
  model.values["input_scale"][0] = 0.02F;
  EXPECT_NE(refusal(model).find("pixel"), std::string::npos);
}

}  // namespace
}  // namespace coulis
