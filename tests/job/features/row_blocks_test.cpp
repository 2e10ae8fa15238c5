#include "job/features/row_blocks.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

namespace coulis {
namespace {

constexpr std::size_t kPhotos = 20'000;  // more than wait for their turn at once
constexpr std::size_t kWidth = 2;

TEST(RowBlocks, HandsOnEveryRowInOrderWhateverOrderWorkersFinishIn) {
  std::size_t next_first = 0;
  std::vector<std::size_t> failed;
  const TakeRows take = [&](const RowBlock& block) {
    ASSERT_EQ(block.first, next_first);
    ASSERT_EQ(block.values.size(), block.count * kWidth);
    next_first += block.count;
    for (const FailedPhoto& failure : block.failures) failed.push_back(failure.photo);
    for (std::size_t row = 0; row < block.count; ++row) {
      const bool bad = (block.first + row) % 7 == 0;
      const float value = block.values[row * kWidth + 1];
      ASSERT_TRUE(bad ? std::isnan(value) : value == static_cast<float>(block.first + row));
    }
  };
  RowBlocks blocks(kPhotos, kWidth, take);
  std::atomic<std::size_t> next = 0;
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 4; ++worker) {
      workers.emplace_back([&, worker] {
        for (std::size_t photo = next++; photo < kPhotos; photo = next++) {
          const std::span<float> row = blocks.begin(photo);
          if (worker == 0 && photo % 100 == 0) std::this_thread::yield();
          if (photo % 7 == 0) {
            blocks.end(photo, Failure{Stage::kDecode, FailureCode::kEmpty, "nothing"});
          } else {
            row[1] = static_cast<float>(photo);
            blocks.end(photo, std::nullopt);
          }
        }
      });
    }
  }
  EXPECT_EQ(next_first, kPhotos);
  ASSERT_EQ(failed.size(), (kPhotos + 6) / 7);
  for (std::size_t i = 0; i < failed.size(); ++i) EXPECT_EQ(failed[i], 7 * i);
}

TEST(RowBlocks, ASlowPhotoHoldsTheOthersWithinBoundsAndAStopReleasesThem) {
  const TakeRows take = [](const RowBlock&) {};
  RowBlocks blocks(1'000'000, 1, take);
  blocks.begin(0);  // never ends
  std::atomic<std::size_t> begun = 0;
  std::jthread other([&] {
    for (std::size_t photo = 1; !blocks.begin(photo).empty(); ++photo) {
      ++begun;
      blocks.end(photo, std::nullopt);
    }
  });
  std::size_t seen = 0;
  while (begun == 0 || seen != begun) {
    seen = begun;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_LT(seen, 100'000U);
  EXPECT_GT(seen, 1'000U);
  blocks.stop();
}

TEST(RowBlocks, WhatWasBegunIsHandedOnAtAnEarlyEnd) {
  std::vector<RowBlock> taken;
  const TakeRows take = [&](RowBlock block) { taken.push_back(std::move(block)); };
  RowBlocks blocks(1'000, 1, take);
  blocks.begin(0)[0] = 1;
  blocks.end(0, std::nullopt);
  blocks.begin(1);
  blocks.end(1, Failure{Stage::kDecode, FailureCode::kEmpty, "nothing"});
  EXPECT_TRUE(taken.empty());
  blocks.hand_over_rest();
  ASSERT_EQ(taken.size(), 1U);
  EXPECT_EQ(taken[0].values[0], 1);
  EXPECT_TRUE(std::isnan(taken[0].values[2]));
  ASSERT_EQ(taken[0].failures.size(), 1U);
}

}  // namespace
}  // namespace coulis
