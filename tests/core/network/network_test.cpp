#include "core/network/network.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "tests/bits.hpp"
#include "tests/core/network/every_level.hpp"
#include "tests/core/network/random_image.hpp"
#include "tests/core/network/reference_network.hpp"
#include "tests/core/network/small_model.hpp"

namespace coulis {
namespace {

Model make_model(const SmallModelOptions& options) {
  return parse_model(make_small_model(options).to_bytes(), "small");
}

std::vector<float> compute_features(Network& network, const ModelCard& card, const Image& image) {
  std::vector<float> row(static_cast<std::size_t>(card.feature_width), -1.0F);
  network.features(image.view(), row);
  return row;
}

void expect_equal_to_reference(const SmallModelOptions& options) {
  const Model model = make_model(options);
  const Image image = random_image(model.card, 7);
  const ReferenceRun expected = run_reference(model, image.view());
  ASSERT_GT(*std::max_element(expected.features.begin(), expected.features.end()), 0.1) << "features of zero would prove nothing";
  on_every_level([&] {
    const std::vector<float> row = compute_features(*make_network_factory(model, Precision::kFp32)->make(), model.card, image);
    for (std::size_t i = 0; i < row.size(); ++i) EXPECT_NEAR(row[i], expected.features[i], expected.float32_bound()) << "feature " << i;
  });
}

TEST(Network, EqualsPlainLoopsWithEndPadding) {
  expect_equal_to_reference({});
}

TEST(Network, EqualsPlainLoopsWithSymmetricPadding) {
  expect_equal_to_reference({.padding = "symmetric"});
}

TEST(Network, EqualsPlainLoopsWhereTheFirstBlockExpands) {
  expect_equal_to_reference({.first_block_expands = true});
}

TEST(Network, EqualsPlainLoopsWithoutAHead) {
  expect_equal_to_reference({.head = false});
}

TEST(Network, EqualsPlainLoopsWithAStemOfStrideOne) {
  expect_equal_to_reference({.width_px = 32, .height_px = 40, .stem_stride = 1});
}

TEST(Network, EqualsPlainLoopsOnImagesSmallerThanItsWindows) {
  expect_equal_to_reference({.width_px = 1, .height_px = 1});
  expect_equal_to_reference({.width_px = 3, .height_px = 70});
  expect_equal_to_reference({.width_px = 130, .height_px = 2, .padding = "symmetric"});
}

TEST(Network, ARowDoesNotDependOnWhatRanBefore) {
  const Model model = load_model("");
  const Image first = random_image(model.card, 1);
  const Image second = random_image(model.card, 2);
  const auto factory = make_network_factory(model, Precision::kFp32);
  const auto network = factory->make();
  const std::vector<float> first_row = compute_features(*network, model.card, first);
  const std::vector<float> second_row = compute_features(*network, model.card, second);
  EXPECT_NE(first_row, second_row);
  EXPECT_EQ(bits_of(compute_features(*network, model.card, second)), bits_of(second_row));
  EXPECT_EQ(bits_of(compute_features(*network, model.card, first)), bits_of(first_row));
  EXPECT_EQ(bits_of(compute_features(*factory->make(), model.card, second)), bits_of(second_row));
}

TEST(Network, KeepsItsSimdLevelWhenTheLimitChangesLater) {
  const Model model = make_model({});
  const Image image = random_image(model.card, 3);
  limit_simd(SimdLevel::kPortable);
  const auto factory = make_network_factory(model, Precision::kFp32);
  const std::vector<float> row = compute_features(*factory->make(), model.card, image);
  limit_simd(SimdLevel::kBest);
  EXPECT_EQ(bits_of(compute_features(*factory->make(), model.card, image)), bits_of(row));
}

TEST(Network, RefusesAnImageOrARowOfAnotherSize) {
  const Model model = make_model({});
  const auto network = make_network_factory(model, Precision::kFp32)->make();
  std::vector<float> row(static_cast<std::size_t>(model.card.feature_width));
  const Image wide(model.card.preprocessing.resize.width_px + 1, model.card.preprocessing.resize.height_px);
  EXPECT_THROW(network->features(wide.view(), row), Error);
  row.pop_back();
  EXPECT_THROW(network->features(random_image(model.card, 1).view(), row), Error);
}

}  // namespace
}  // namespace coulis
