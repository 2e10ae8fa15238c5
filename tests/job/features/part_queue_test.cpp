#include "job/features/part_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::size_t kWidth = 3;

// Parts of the sizes given, numbered from 0.
class Parts {
 public:
  explicit Parts(const std::vector<std::size_t>& sizes) : parts_(sizes.size()) {
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      parts_[i].number = i;
      parts_[i].images = std::vector<ImageRef>(sizes[i]);
      pointers_.push_back(&parts_[i]);
    }
  }
  const std::vector<const Part*>& pointers() const { return pointers_; }

 private:
  std::vector<Part> parts_;
  std::vector<const Part*> pointers_;
};

using Taken = std::vector<std::pair<std::uint64_t, std::size_t>>;

// Takes what is to be had and commits each part after its last image.
Taken take_all(PartQueue& queue) {
  Taken taken;
  while (const auto task = queue.next()) {
    taken.emplace_back(task->part->part->number, task->index);
    if (task->part->remaining.fetch_sub(1) == 1) queue.part_committed();
  }
  return taken;
}

TEST(PartQueue, HandsOutTheImagesInOrder) {
  const Parts parts({2, 1, 3});
  PartQueue queue(parts.pointers(), kWidth, 2);
  EXPECT_EQ(take_all(queue), (Taken{{0, 0}, {0, 1}, {1, 0}, {2, 0}, {2, 1}, {2, 2}}));
  EXPECT_FALSE(queue.next().has_value());
}

TEST(PartQueue, HasRoomForARowAndAFailureOfEachImage) {
  const Parts parts({4});
  PartQueue queue(parts.pointers(), kWidth, 2);
  const auto task = queue.next();
  EXPECT_EQ(task->part->rows.size(), 4 * kWidth);
  EXPECT_EQ(task->part->failures.size(), 4U);
  EXPECT_EQ(task->part->remaining, 4U);
}

TEST(PartQueue, OfNoPartsHandsOutNothing) {
  const Parts parts({});
  PartQueue queue(parts.pointers(), kWidth, 2);
  EXPECT_FALSE(queue.next().has_value());
}

TEST(PartQueue, FinishCurrentHandsOutTheRestOfThePartsBegunAndNoOther) {
  const Parts parts({3, 3});
  PartQueue queue(parts.pointers(), kWidth, 2);
  ASSERT_TRUE(queue.next().has_value());
  queue.finish_current();
  EXPECT_EQ(take_all(queue), (Taken{{0, 1}, {0, 2}}));
}

TEST(PartQueue, FinishCurrentBetweenPartsBeginsNone) {
  const Parts parts({1, 1});
  PartQueue queue(parts.pointers(), kWidth, 2);
  ASSERT_TRUE(queue.next().has_value());
  queue.finish_current();
  EXPECT_FALSE(queue.next().has_value());
}

TEST(PartQueue, StopHandsOutNothingMore) {
  const Parts parts({3, 3});
  PartQueue queue(parts.pointers(), kWidth, 2);
  ASSERT_TRUE(queue.next().has_value());
  queue.stop();
  EXPECT_FALSE(queue.next().has_value());
}

// next() waits for room: each of these must wake it.
void expect_wakes(void (PartQueue::*wake)(), bool task_expected) {
  const Parts parts({1, 1});
  PartQueue queue(parts.pointers(), kWidth, 1);
  const auto held = queue.next();
  ASSERT_TRUE(held.has_value());
  std::atomic<bool> returned = false;
  bool has_task = false;
  std::jthread waiting([&] {
    has_task = queue.next().has_value();
    returned = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(returned) << "there was no room";
  (queue.*wake)();
  waiting.join();
  EXPECT_EQ(has_task, task_expected);
}

TEST(PartQueue, WaitsForRoomUntilAPartIsCommitted) {
  expect_wakes(&PartQueue::part_committed, true);
}

TEST(PartQueue, WakesThoseWhoWaitWhenNoNewPartMayBegin) {
  expect_wakes(&PartQueue::finish_current, false);
}

TEST(PartQueue, WakesThoseWhoWaitWhenStopped) {
  expect_wakes(&PartQueue::stop, false);
}

// Counts the parts begun and not committed, as the queue's user sees them.
TEST(PartQueue, KeepsFewPartsInFlightAndHandsOutEachImageOnceToManyThreads) {
  constexpr std::size_t kMaxInFlight = 3;
  constexpr std::size_t kParts = 60;
  std::vector<std::size_t> sizes;
  for (std::size_t i = 0; i < kParts; ++i) sizes.push_back(1 + i % 5);
  const Parts parts(sizes);
  PartQueue queue(parts.pointers(), kWidth, kMaxInFlight);
  std::vector<std::vector<std::atomic<int>>> visits;
  visits.reserve(kParts);
  for (const std::size_t size : sizes) visits.emplace_back(size);
  std::atomic<std::size_t> in_flight = 0;
  std::atomic<std::size_t> most_in_flight = 0;
  std::atomic<std::size_t> committed = 0;
  run_workers(6, [&](int) {
    while (const auto task = queue.next()) {
      if (task->index == 0) {
        const std::size_t now = ++in_flight;
        std::size_t most = most_in_flight;
        while (most < now && !most_in_flight.compare_exchange_weak(most, now)) {
        }
      }
      task->part->rows[task->index * kWidth] = static_cast<float>(task->index);
      ++visits[task->part->part->number][task->index];
      if (task->part->remaining.fetch_sub(1) != 1) continue;
      for (std::size_t i = 0; i < task->part->failures.size(); ++i) EXPECT_EQ(task->part->rows[i * kWidth], static_cast<float>(i));
      ++committed;
      --in_flight;
      queue.part_committed();
    }
  });
  EXPECT_EQ(committed, kParts);
  EXPECT_LE(most_in_flight, kMaxInFlight);
  for (const auto& part : visits) {
    EXPECT_TRUE(std::all_of(part.begin(), part.end(), [](const std::atomic<int>& count) { return count == 1; }));
  }
}

}  // namespace
}  // namespace coulis
