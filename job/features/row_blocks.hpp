// RowBlocks: workers fill rows in roughly the order of the photos. Finished blocks are handed on in order meanwhile.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "core/base/failure.hpp"

namespace coulis {

struct FailedPhoto {
  std::size_t photo = 0;
  Failure failure;
};

struct RowBlock {
  std::size_t first = 0;              // photo
  std::size_t count = 0;              // photos
  std::vector<float> values;          // [count, width]; NaN in the rows of photos that cannot be used, or were not started
  std::vector<FailedPhoto> failures;  // by photo
};

// Called with one block after another, one at a time.
using TakeRows = std::function<void(RowBlock block)>;

class RowBlocks {
 public:
  RowBlocks(std::size_t photos, std::size_t width, const TakeRows& take);

  // Call in the order of the photos. Waits while too many earlier
  // blocks are unfinished or not taken. Empty after a stop.
  std::span<float> begin(std::size_t photo);
  void end(std::size_t photo, std::optional<Failure> maybe_failure);  // may call take()
  void stop();
  void hand_over_rest();  // when the work ends before the last photo

 private:
  struct Filling {
    RowBlock block;
    std::size_t left = 0;  // photos
  };

  const std::size_t photos_;
  const std::size_t width_;
  const TakeRows& take_;
  std::mutex mutex_;
  std::condition_variable room_;
  std::deque<Filling> blocks_;  // from `taken_` on
  std::size_t taken_ = 0;       // blocks
  bool taking_ = false;
  bool stopped_ = false;
};

}  // namespace coulis
