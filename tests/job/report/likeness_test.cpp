// Against scikit-learn on real photos: the Python tests beside this file. Here, the corners.
#include "job/report/likeness.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace coulis {
namespace {

NeighbourTable nearest_of(const std::vector<float>& rows, std::size_t count) {
  return {find_neighbours({rows.data(), rows.size(), 1}, count), count};
}

using Labels = std::vector<std::uint32_t>;

TEST(Likeness, CountsOnlyPhotosWhoseLabelHasAnother) {
  const auto nearest = nearest_of({0, 1, 10, 11, 50}, 1);
  EXPECT_DOUBLE_EQ(label_agreement(nearest, Labels{0, 0, 1, 1, 2}), 1);
  EXPECT_DOUBLE_EQ(label_agreement(nearest, Labels{0, 1, 1, 1, 2}), 2.0 / 3);
  EXPECT_TRUE(std::isnan(label_agreement(nearest, Labels{0, 1, 2, 3, 4})));
}

TEST(Likeness, ByChanceIsTheShareOfPairsWithOneLabel) {
  EXPECT_DOUBLE_EQ(agreement_by_chance(Labels{0, 0, 1, 1}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(agreement_by_chance(Labels{0, 0, 0}), 1);
  EXPECT_TRUE(std::isnan(agreement_by_chance(Labels{0, 1})));
}

TEST(Likeness, NamesAPairOfPhotosOnceThoughEachIsNearestToTheOther) {
  const auto nearest = nearest_of({0, 1, 30, 31.5, 60, 70}, 1);
  const auto confused = confused_labels(nearest, Labels{0, 1, 0, 1, 0, 1}, 10, 1);
  ASSERT_EQ(confused.size(), 1U);
  EXPECT_EQ(confused[0].photos, 6U);
  EXPECT_EQ(confused[0].of, 6U);
  ASSERT_EQ(confused[0].examples.size(), 1U);
  EXPECT_EQ(confused[0].examples[0].a, 0U);
  EXPECT_EQ(confused[0].examples[0].b, 1U);
}

TEST(Likeness, PutsThePairWithTheLargerShareFirst) {
  // Labels 0 and 1 share one of four photos, 2 and 3 two of four.
  const auto nearest = nearest_of({0, 1, 1.5, 90, 200, 201, 300, 301}, 1);
  const auto confused = confused_labels(nearest, Labels{0, 1, 1, 0, 2, 3, 2, 3}, 10, 4);
  ASSERT_GE(confused.size(), 2U);
  EXPECT_EQ(confused[0].a, 2U);
  EXPECT_EQ(confused[0].b, 3U);
  EXPECT_EQ(confused_labels(nearest, Labels{0, 1, 1, 0, 2, 3, 2, 3}, 1, 4).size(), 1U);
}

TEST(Likeness, FindsNearPairsAcrossLabelsAndNoFartherOnes) {
  const auto nearest = nearest_of({0, 0, 5, 5.5, 20, 22}, 1);
  const auto pairs = pairs_across_labels(nearest, Labels{0, 1, 0, 1, 0, 1}, 1);
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].distance, 0);
  EXPECT_FLOAT_EQ(pairs[1].distance, 0.5);
}

TEST(Likeness, PutsTheLoneliestPhotoFirst) {
  const auto lonely = outliers(nearest_of({0, 1, 2, 3, 50}, 2));
  EXPECT_EQ(lonely[0].photo, 4U);
  EXPECT_DOUBLE_EQ(lonely[0].distance, 47.5);
  EXPECT_TRUE(outliers({}).empty());
}

TEST(Likeness, HasNothingToSayOfOnePhoto) {
  EXPECT_TRUE(confused_labels({}, Labels{0}, 5, 5).empty());
  EXPECT_TRUE(pairs_across_labels({}, Labels{0}, 1).empty());
  const std::vector<float> row = {1};
  EXPECT_EQ(typical_distance({row.data(), 1, 1}), 0);
}

}  // namespace
}  // namespace coulis
