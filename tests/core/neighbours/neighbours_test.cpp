#include "core/neighbours/neighbours.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

namespace coulis {
namespace {

std::vector<std::uint32_t> rows_of(const std::vector<Neighbour>& neighbours) {
  std::vector<std::uint32_t> rows;
  rows.reserve(neighbours.size());
  for (const Neighbour& neighbour : neighbours) rows.push_back(neighbour.row);
  return rows;
}

TEST(Neighbours, AreTheNearestOtherRowsTheNearestFirst) {
  const std::vector<float> rows = {0, 10, 11, 13, 100};
  const auto found = find_neighbours({rows.data(), 5, 1}, 2);
  EXPECT_EQ(rows_of(found), (std::vector<std::uint32_t>{1, 2, 2, 3, 1, 3, 2, 1, 3, 2}));
  EXPECT_EQ(found[0].distance, 10);
  EXPECT_EQ(found[9].distance, 89);
}

TEST(Neighbours, OfEqualDistanceAreInTheOrderOfTheirRows) {
  const std::vector<float> rows(600 * 2, 1.5F);
  const auto found = rows_of(find_neighbours({rows.data(), 600, 2}, 3));
  EXPECT_EQ(std::vector(found.begin(), found.begin() + 9), (std::vector<std::uint32_t>{1, 2, 3, 0, 2, 3, 0, 1, 3}));
  EXPECT_EQ(std::vector(found.end() - 3, found.end()), (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(Neighbours, AreTheSameInWhateverOrderBlocksAreCompared) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> rows(900 * 20);  // several blocks, the last of which is smaller
  for (float& value : rows) value = normal(random);
  std::copy_n(rows.begin(), 100 * 20, rows.begin() + 700 * 20);  // twins: others are equally near to both
  const MatrixView<const float> view{rows.data(), 900, 20};
  const ForEach backwards = [](std::size_t count, const auto& work) {
    for (std::size_t i = count; i > 0; --i) work(i - 1);
  };
  const auto found = find_neighbours(view, 3);
  EXPECT_EQ(rows_of(find_neighbours(view, 3, backwards)), rows_of(found));
  for (std::size_t i = 0; i < view.rows; ++i) {
    std::vector<std::pair<double, std::uint32_t>> all;
    for (std::uint32_t j = 0; j < view.rows; ++j) {
      if (j != i) all.emplace_back(distance_between(view, i, j), j);
    }
    std::partial_sort(all.begin(), all.begin() + 3, all.end());
    for (std::size_t rank = 0; rank < 3; ++rank) EXPECT_EQ(found[i * 3 + rank].row, all[rank].second) << i;
  }
}

// float32 products of the raw rows would differ by more than the distances.
TEST(Neighbours, AreFoundFarFromTheOrigin) {
  const std::vector<float> rows = {10000.0F, 10000.01F, 10000.03F, 10000.5F};
  EXPECT_EQ(rows_of(find_neighbours({rows.data(), 4, 1}, 1)), (std::vector<std::uint32_t>{1, 0, 1, 2}));
}

}  // namespace
}  // namespace coulis
