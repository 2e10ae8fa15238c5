#include "core/neighbours/neighbours.hpp"

#include <gtest/gtest.h>

#include <random>
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
  const auto found = NeighbourSearch({rows.data(), 5, 1}).find(0, 5, 2);
  EXPECT_EQ(rows_of(found), (std::vector<std::uint32_t>{1, 2, 2, 3, 1, 3, 2, 1, 3, 2}));
  EXPECT_EQ(found[0].distance, 10);
  EXPECT_EQ(found[9].distance, 89);
}

TEST(Neighbours, OfEqualDistanceAreInTheOrderOfTheirRows) {
  const std::vector<float> rows(20, 1.5F);
  const auto found = NeighbourSearch({rows.data(), 10, 2}).find(4, 5, 9);
  EXPECT_EQ(rows_of(found), (std::vector<std::uint32_t>{0, 1, 2, 3, 5, 6, 7, 8, 9}));
}

TEST(Neighbours, OfAPieceAreThoseOfTheWhole) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> rows(300 * 20);
  for (float& value : rows) value = normal(random);
  const NeighbourSearch search({rows.data(), 300, 20});
  const auto whole = rows_of(search.find(0, 300, 3));
  const auto piece = rows_of(search.find(130, 290, 3));
  EXPECT_EQ(piece, std::vector<std::uint32_t>(whole.begin() + 130 * 3, whole.begin() + 290 * 3));
}

// float32 products of the raw rows would differ by more than the distances.
TEST(Neighbours, AreFoundFarFromTheOrigin) {
  const std::vector<float> rows = {10000.0F, 10000.01F, 10000.03F, 10000.5F};
  EXPECT_EQ(rows_of(NeighbourSearch({rows.data(), 4, 1}).find(0, 4, 1)), (std::vector<std::uint32_t>{1, 0, 1, 2}));
}

}  // namespace
}  // namespace coulis
