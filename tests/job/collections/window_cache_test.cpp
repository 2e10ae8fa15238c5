#include "job/collections/window_cache.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <stdexcept>
#include <thread>
#include <vector>

#include "job/collections/ranges.hpp"

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

// As long as it says, of zeros.
class CountedRanges final : public Ranges {
 public:
  explicit CountedRanges(std::uint64_t size_bytes) : size_(size_bytes) {}
  Outcome<Bytes> read(std::uint64_t offset, std::uint64_t size_bytes) override {
    const std::uint64_t count = offset < size_ ? std::min(size_bytes, size_ - offset) : 0;
    reads += 1;
    bytes += count;
    return Bytes(count);
  }
  std::uint64_t reads = 0;
  std::uint64_t bytes = 0;

 private:
  std::uint64_t size_;
};

constexpr std::uint64_t kPhotoBytes = 5'000;

TEST(CachedRanges, PhotosInOrderTakeOneReadForAWindow) {
  const auto object = std::make_shared<CountedRanges>(30 * kWindow_bytes);
  WindowCache windows(8);
  CachedRanges cached(windows, "a", object, Reads::kPhotos);
  for (std::uint64_t at = 0; at + kPhotoBytes <= 30 * kWindow_bytes; at += kPhotoBytes) ASSERT_TRUE(cached.read(at, kPhotoBytes));
  EXPECT_EQ(object->reads, 30);
}

TEST(CachedRanges, PhotosInAnyOrderDoNotLoadAWindowEach) {
  const auto object = std::make_shared<CountedRanges>(300 * kWindow_bytes);
  WindowCache windows(8);
  CachedRanges cached(windows, "a", object, Reads::kPhotos);
  std::minstd_rand random(1);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(cached.read(random() % (300 * kWindow_bytes - kPhotoBytes), kPhotoBytes));
  EXPECT_LE(object->bytes, 20 * kWindow_bytes + 10'000 * kPhotoBytes);
}

}  // namespace
}  // namespace coulis
