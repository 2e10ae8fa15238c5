#include "core/moments/moments_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "core/base/error.hpp"
#include "tests/core/moments/random_rows.hpp"

namespace coulis {
namespace {

constexpr std::size_t kColumns = 6;

// The moments of part `number`: 3 to 12 rows of its own.
Moments moments_of_part(std::uint64_t number) {
  const std::size_t rows = 3 + number % 10;
  const auto values = random_rows(rows, kColumns, static_cast<unsigned>(number + 1));
  return moments_of({values.data(), rows, kColumns});
}

// The tree as it is defined, top down: the parts from `first` on, 2^level of them, those not in `parts` being empty.
Moments merge_recursively(const std::vector<std::uint64_t>& parts, int level, std::uint64_t first) {
  if (level == 0) return std::find(parts.begin(), parts.end(), first) == parts.end() ? Moments{} : moments_of_part(first);
  const std::uint64_t half = std::uint64_t{1} << (level - 1);
  return merge(merge_recursively(parts, level - 1, first), merge_recursively(parts, level - 1, first + half));
}

Moments root_of(const std::vector<std::uint64_t>& parts) {
  MomentsTree tree;
  for (const std::uint64_t part : parts) tree.add(part, moments_of_part(part));
  return tree.root();
}

void expect_equal_bits(const Moments& actual, const Moments& expected) {
  EXPECT_EQ(actual.count, expected.count);
  EXPECT_TRUE(actual.mean == expected.mean);
  EXPECT_TRUE(actual.scatter == expected.scatter);
}

TEST(MomentsTree, GivesTheSameBitsInEveryOrder) {
  std::mt19937 generator(1);
  for (std::size_t count = 1; count <= 37; ++count) {
    std::vector<std::uint64_t> parts(count);
    std::iota(parts.begin(), parts.end(), 0);
    const auto expected = merge_recursively(parts, 6, 0);
    expect_equal_bits(root_of(parts), expected);
    for (int round = 0; round < 5; ++round) {
      std::shuffle(parts.begin(), parts.end(), generator);
      expect_equal_bits(root_of(parts), expected);
    }
  }
}

TEST(MomentsTree, TreatsAGapAsAnEmptyPart) {
  std::mt19937 generator(2);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::uint64_t> parts;
    for (std::uint64_t number = 0; number < 37; ++number) {
      if (generator() % 3 != 0) parts.push_back(number);
    }
    std::shuffle(parts.begin(), parts.end(), generator);
    expect_equal_bits(root_of(parts), merge_recursively(parts, 6, 0));
  }
}

TEST(MomentsTree, TreatsAPartWithoutRowsLikeAGap) {
  MomentsTree tree;
  for (std::uint64_t number = 0; number < 8; ++number) tree.add(number, number == 3 ? Moments{} : moments_of_part(number));
  expect_equal_bits(tree.root(), root_of({0, 1, 2, 4, 5, 6, 7}));
}

TEST(MomentsTree, DependsOnTheNumbersAndNotOnlyOnTheOrder) {
  // (0 1)(2) against (1)(2 3): the same three partials, merged along other edges.
  const std::vector<Moments> partials = {moments_of_part(10), moments_of_part(11), moments_of_part(12)};
  MomentsTree left;
  MomentsTree right;
  for (std::uint64_t i = 0; i < 3; ++i) {
    left.add(i, partials[i]);
    right.add(i + 1, partials[i]);
  }
  expect_equal_bits(left.root(), merge(merge(partials[0], partials[1]), partials[2]));
  expect_equal_bits(right.root(), merge(partials[0], merge(partials[1], partials[2])));
}

TEST(MomentsTree, CanGoOnAfterItsRootWasAskedFor) {
  MomentsTree tree;
  for (std::uint64_t number = 0; number < 13; ++number) {
    tree.add(number, moments_of_part(number));
    std::vector<std::uint64_t> so_far(number + 1);
    std::iota(so_far.begin(), so_far.end(), 0);
    expect_equal_bits(tree.root(), merge_recursively(so_far, 4, 0));
  }
}

TEST(MomentsTree, TakesTheLargestPartNumbers) {
  const std::uint64_t last = ~std::uint64_t{0};
  MomentsTree tree;
  tree.add(last, moments_of_part(1));
  tree.add(0, moments_of_part(2));
  tree.add(last - 1, moments_of_part(3));
  expect_equal_bits(tree.root(), merge(moments_of_part(2), merge(moments_of_part(3), moments_of_part(1))));
}

TEST(MomentsTree, WithoutPartsIsEmpty) {
  EXPECT_EQ(MomentsTree().root().count, 0);
}

TEST(MomentsTree, RefusesAPartThatItAlreadyHas) {
  MomentsTree tree;
  for (std::uint64_t number = 0; number < 7; ++number) tree.add(number, moments_of_part(number));
  for (std::uint64_t number = 0; number < 7; ++number) EXPECT_THROW(tree.add(number, moments_of_part(number)), Error);
  tree.add(7, moments_of_part(7));
  EXPECT_EQ(tree.root().count, root_of({0, 1, 2, 3, 4, 5, 6, 7}).count);
}

}  // namespace
}  // namespace coulis
