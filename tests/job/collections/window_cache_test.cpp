#include "job/collections/window_cache.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

namespace coulis {
namespace {

TEST(WindowCache, ManyThreadsLoadEachWindowOnce) {
  WindowCache windows(4);
  std::atomic<int> loads = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (std::uint64_t window = 0; window < 4; ++window) {
        const auto loaded = windows.get({"a", window}, [&]() -> Outcome<Bytes> {
          ++loads;
          std::this_thread::sleep_for(std::chrono::milliseconds(5));
          return Bytes(window);
        });
        EXPECT_EQ(loaded->value().size(), window);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(loads, 4);
}

TEST(WindowCache, MoreThreadsThanWindowsEndWithinBounds) {
  WindowCache windows(2);
  std::atomic<int> at_once = 0;
  std::atomic<int> most = 0;
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      windows.get({"a", t}, [&]() -> Outcome<Bytes> {
        const int now = ++at_once;
        if (now > most) most = now;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        --at_once;
        return Bytes(1);
      });
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 2);
}

TEST(WindowCache, FailuresAreNotKeptAndErrorsLeaveNoOneWaiting) {
  WindowCache windows(2);
  const Failure failure{Stage::kRead, FailureCode::kUnreadable, "no"};
  EXPECT_FALSE(*windows.get({"a", 0}, [&]() -> Outcome<Bytes> { return failure; }));
  EXPECT_THROW(windows.get({"a", 0}, []() -> Outcome<Bytes> { throw std::runtime_error("gone"); }), std::runtime_error);
  EXPECT_TRUE(*windows.get({"a", 0}, []() -> Outcome<Bytes> { return Bytes(1); }));
}

}  // namespace
}  // namespace coulis
