#include "core/moments/moments_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <numeric>
#include <random>
#include <thread>
#include <utility>
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

// The tree as it is defined, top down: the parts of a node are merged from left to right, 32 children to a node.
Moments merge_recursively(const std::vector<std::uint64_t>& sorted_parts, int level, std::uint64_t node) {
  if (level == 0) return std::binary_search(sorted_parts.begin(), sorted_parts.end(), node) ? moments_of_part(node) : Moments{};
  Moments sum;
  for (std::uint64_t child = 0; child < 32; ++child)
    sum = merge(std::move(sum), merge_recursively(sorted_parts, level - 1, node * 32 + child));
  return sum;
}

Moments root_of(const std::vector<std::uint64_t>& parts) {
  MomentsTree tree(parts);
  for (const std::uint64_t part : parts) tree.add(part, moments_of_part(part));
  return std::move(tree).root();
}

void expect_equal_bits(const Moments& actual, const Moments& expected) {
  EXPECT_EQ(actual.count, expected.count);
  EXPECT_TRUE(same_bits(actual, expected));
}

TEST(MomentsTree, GivesTheSameBitsFromManyThreads) {
  std::vector<std::uint64_t> parts(1030);
  std::iota(parts.begin(), parts.end(), 0);
  const auto expected = merge_recursively(parts, 3, 0);
  for (unsigned round = 0; round < 10; ++round) {
    std::shuffle(parts.begin(), parts.begin() + 900, std::mt19937(round));
    MomentsTree tree(parts);
    std::atomic<std::size_t> next = 0;
    {
      std::vector<std::jthread> threads;
      for (int thread = 0; thread < 8; ++thread) {
        threads.emplace_back([&] {
          for (std::size_t i = next++; i < parts.size(); i = next++) tree.add(parts[i], moments_of_part(parts[i]));
        });
      }
    }
    expect_equal_bits(std::move(tree).root(), expected);
  }
}

TEST(MomentsTree, GivesTheSameBitsInEveryOrder) {
  std::mt19937 generator(1);
  for (const std::size_t count : {1, 2, 3, 31, 32, 33, 64, 65, 100, 1030}) {
    std::vector<std::uint64_t> parts(count);
    std::iota(parts.begin(), parts.end(), 0);
    const auto expected = merge_recursively(parts, 3, 0);
    expect_equal_bits(root_of(parts), expected);
    for (int round = 0; round < 5; ++round) {
      std::shuffle(parts.begin(), parts.end(), generator);
      expect_equal_bits(root_of(parts), expected);
    }
  }
}

TEST(MomentsTree, PassesOverNumbersThatNoPartHas) {
  std::mt19937 generator(2);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::uint64_t> parts;
    for (std::uint64_t number = 0; number < 100; ++number) {
      if (generator() % 3 != 0) parts.push_back(number);
    }
    const auto expected = merge_recursively(parts, 2, 0);
    std::shuffle(parts.begin(), parts.end(), generator);
    expect_equal_bits(root_of(parts), expected);
  }
}

TEST(MomentsTree, TakesSumsOfNodesOfAnyLevel) {
  const std::vector<std::uint64_t> parts = {0, 1, 33, 40, 64, 1024, 1025, 2050};
  MomentsTree tree(parts);
  tree.add(2, merge_recursively(parts, 1, 2), 1);
  tree.add(1, merge_recursively(parts, 2, 1), 2);
  tree.add(1, merge_recursively(parts, 1, 1), 1);
  for (const std::uint64_t part : {2050, 1, 0}) tree.add(part, moments_of_part(part));
  expect_equal_bits(std::move(tree).root(), merge_recursively(parts, 3, 0));

  MomentsTree whole(parts);
  EXPECT_THROW(whole.add(0, merge_recursively(parts, 3, 0), 4), Error);
  whole.add(0, merge_recursively(parts, 3, 0), 3);
  expect_equal_bits(std::move(whole).root(), merge_recursively(parts, 3, 0));
}

TEST(MomentsTree, TreatsAPartWithoutRowsLikeAGap) {
  MomentsTree tree({0, 1, 2, 3, 4, 5, 6, 7});
  for (std::uint64_t number = 0; number < 8; ++number) tree.add(number, number == 3 ? Moments{} : moments_of_part(number));
  expect_equal_bits(std::move(tree).root(), root_of({0, 1, 2, 4, 5, 6, 7}));
}

TEST(MomentsTree, TakesTheLargestPartNumbers) {
  const std::uint64_t last = ~std::uint64_t{0};
  const Moments expected = merge(moments_of_part(0), merge(moments_of_part(last - 1), moments_of_part(last)));
  expect_equal_bits(root_of({last, 0, last - 1}), expected);
}

TEST(MomentsTree, WithoutPartsIsEmpty) {
  EXPECT_EQ(MomentsTree({}).root().count, 0);
}

TEST(MomentsTree, RefusesAPartThatItHasOrDoesNotExpect) {
  MomentsTree tree({0, 1, 2, 40});
  for (const std::uint64_t number : {0, 2, 40}) tree.add(number, moments_of_part(number));
  for (const std::uint64_t number : {0, 2, 40, 3, 64}) EXPECT_THROW(tree.add(number, moments_of_part(number)), Error);
}

TEST(MomentsTree, HasNoRootWhileAPartIsMissing) {
  MomentsTree tree({0, 1});
  tree.add(1, moments_of_part(1));
  EXPECT_THROW(std::move(tree).root(), Error);
}

}  // namespace
}  // namespace coulis
