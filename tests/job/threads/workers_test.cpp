#include "job/threads/workers.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace coulis {
namespace {

// What the exception that leaves `call` says; empty if none does.
template <class F>
std::string message_of(F&& call) {
  try {
    call();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "";
}

TEST(RunWorkers, RunsEachWorkerOnceOnAThreadOfItsOwn) {
  std::mutex mutex;
  std::multiset<int> workers;
  std::set<std::thread::id> threads;
  run_workers(5, [&](int worker) {
    const std::lock_guard lock(mutex);
    workers.insert(worker);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_EQ(workers, (std::multiset<int>{0, 1, 2, 3, 4}));
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

TEST(RunWorkers, DoesNothingWithNoWorkers) {
  run_workers(0, [](int) { FAIL() << "a worker ran"; });
}

TEST(RunWorkers, RethrowsTheFirstErrorAfterAllHaveEnded) {
  std::atomic<bool> stop = false;
  std::atomic<int> ended = 0;
  const std::string message = message_of([&] {
    run_workers(
        4,
        [&](int worker) {
          if (worker == 2) throw std::runtime_error("first");
          while (!stop) std::this_thread::yield();
          ++ended;
          if (worker == 3) throw std::runtime_error("later");
        },
        [&] { stop = true; });
  });
  EXPECT_EQ(message, "first");
  EXPECT_EQ(ended, 3);
}

TEST(RunWorkers, PassesOnWhatIsNoStandardException) {
  EXPECT_THROW(run_workers(2, [](int) { throw 7; }), int);
}

TEST(ForEachParallel, VisitsEachIndexOnce) {
  constexpr std::size_t kCount = 1000;
  for (const int threads : {1, 2, 8}) {
    std::vector<std::atomic<int>> visits(kCount);
    for_each_parallel(threads, kCount, [&](std::size_t i) { ++visits.at(i); });
    for (const auto& count : visits) EXPECT_EQ(count, 1);
  }
}

TEST(ForEachParallel, MakesNoMoreThreadsThanThereIsWork) {
  std::mutex mutex;
  std::set<std::thread::id> threads;
  for_each_parallel(64, 3, [&](std::size_t) {
    const std::lock_guard lock(mutex);
    threads.insert(std::this_thread::get_id());
  });
  EXPECT_LE(threads.size(), 3U);
}

// Work must never be left out in silence: `coulis verify` would call an unread output sound.
TEST(ForEachParallel, DoesTheWorkEvenIfAskedForNoThread) {
  for (const int threads : {0, -1}) {
    std::atomic<int> visits = 0;
    for_each_parallel(threads, 3, [&](std::size_t) { ++visits; });
    EXPECT_EQ(visits, 3);
  }
}

TEST(ForEachParallel, DoesNothingForNoWork) {
  for_each_parallel(4, 0, [](std::size_t) { FAIL() << "there is no index"; });
}

TEST(ForEachParallel, StopsAtTheFirstErrorAndRethrowsIt) {
  std::atomic<int> visits = 0;
  const std::string message = message_of([&] {
    for_each_parallel(1, 100, [&](std::size_t i) {
      ++visits;
      if (i == 3) throw std::runtime_error("at 3");
    });
  });
  EXPECT_EQ(message, "at 3");
  EXPECT_EQ(visits, 4);
}

TEST(ForEachParallel, RethrowsOneOfManyErrors) {
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(message_of([] { for_each_parallel(8, 1000, [](std::size_t) { throw std::runtime_error("same"); }); }), "same");
  }
}

TEST(MakeInParallel, TakesByIndexAndOneAtATime) {
  for (const int threads : {1, 2, 8}) {
    std::vector<std::size_t> taken;
    std::atomic<int> taking = 0;
    std::atomic<std::size_t> made = 0;
    std::atomic<std::size_t> most_ahead = 0;
    make_in_parallel(
        threads, 500,
        [&](std::size_t index) {
          if (index % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));  // late
          ++made;
          return index * index;
        },
        [&](std::size_t value) {
          EXPECT_EQ(++taking, 1);
          most_ahead = std::max<std::size_t>(most_ahead, made - taken.size());
          taken.push_back(value);
          --taking;
        });
    ASSERT_EQ(taken.size(), 500U);
    for (std::size_t i = 0; i < taken.size(); ++i) EXPECT_EQ(taken[i], i * i);
    EXPECT_LE(most_ahead, 3U * static_cast<std::size_t>(threads));  // two for each thread wait, and each makes one
  }
}

TEST(MakeInParallel, DoesWhatTakingLeavesOnSeveralThreads) {
  for (const int threads : {1, 4}) {
    std::atomic<int> done = 0;
    std::atomic<int> at_work = 0;
    std::atomic<int> most_at_work = 0;
    make_in_parallel(
        threads, 200, [](std::size_t index) { return index; },
        [&](std::size_t index) {
          if (index % 2 == 1) return std::function<void()>();
          return std::function<void()>([&] {
            most_at_work = std::max<int>(most_at_work, ++at_work);
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
            --at_work;
            ++done;
          });
        });
    EXPECT_EQ(done, 100);
    EXPECT_EQ(most_at_work > 1, threads > 1);
  }
}

TEST(MakeInParallel, EndsWithTheErrorOfWhatIsLeft) {
  const auto fail = [](std::size_t) { return std::function<void()>([] { throw std::runtime_error("left"); }); };
  EXPECT_THROW(make_in_parallel(
                   4, 1000, [](std::size_t index) { return index; }, fail),
               std::runtime_error);
}

TEST(MakeInParallel, EndsWithTheErrorOfEitherTheErrorOfEitherSide) {
  const auto make = [](std::size_t index) { return index == 20 ? throw std::runtime_error("made") : index; };
  EXPECT_THROW(make_in_parallel(4, 1000, make, [](std::size_t) {}), std::runtime_error);
  std::size_t taken = 0;
  const auto take = [&](std::size_t index) { ++taken == 31 ? throw std::logic_error("taken") : static_cast<void>(index); };
  EXPECT_THROW(make_in_parallel(
                   4, 1000, [](std::size_t index) { return index; }, take),
               std::logic_error);
  EXPECT_EQ(taken, 31U);  // nothing after it
}

TEST(MakeInParallel, DoesNothingOfNothing) {
  make_in_parallel(
      4, 0, [](std::size_t index) { return index; }, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace coulis
