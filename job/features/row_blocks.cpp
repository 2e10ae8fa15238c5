#include "job/features/row_blocks.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace coulis {
namespace {

constexpr std::size_t kPhotosOfABlock = 256;  // 1.3 MB of rows of 1,280
constexpr std::size_t kMostBlocks = 64;       // 84 MB: a slow photo blocks the other workers only after 16,000 others are done

}  // namespace

RowBlocks::RowBlocks(std::size_t photos, std::size_t width, const TakeRows& take) : photos_(photos), width_(width), take_(take) {}

std::span<float> RowBlocks::begin(std::size_t photo) {
  const std::size_t number = photo / kPhotosOfABlock;
  std::unique_lock lock(mutex_);
  room_.wait(lock, [&] { return stopped_ || number < taken_ + kMostBlocks; });
  if (stopped_) return {};
  while (taken_ + blocks_.size() <= number) {
    const std::size_t first = (taken_ + blocks_.size()) * kPhotosOfABlock;
    const std::size_t count = std::min(kPhotosOfABlock, photos_ - first);
    blocks_.push_back({{first, count, std::vector<float>(count * width_, std::numeric_limits<float>::quiet_NaN()), {}}, count});
  }
  Filling& filling = blocks_[number - taken_];
  return std::span(filling.block.values).subspan((photo - filling.block.first) * width_, width_);
}

void RowBlocks::end(std::size_t photo, std::optional<Failure> maybe_failure) {
  std::unique_lock lock(mutex_);
  Filling& filling = blocks_[photo / kPhotosOfABlock - taken_];
  if (maybe_failure) filling.block.failures.push_back({photo, std::move(*maybe_failure)});
  if (--filling.left > 0 || taking_) return;  // the thread that is taking finds it
  taking_ = true;
  while (!blocks_.empty() && blocks_.front().left == 0) {
    RowBlock block = std::move(blocks_.front().block);
    blocks_.pop_front();
    ++taken_;
    room_.notify_all();
    lock.unlock();
    std::sort(block.failures.begin(), block.failures.end(), [](const auto& a, const auto& b) { return a.photo < b.photo; });
    take_(std::move(block));
    lock.lock();
  }
  taking_ = false;
}

void RowBlocks::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  room_.notify_all();
}

void RowBlocks::hand_over_rest() {
  for (Filling& filling : blocks_) {
    RowBlock& block = filling.block;
    std::sort(block.failures.begin(), block.failures.end(), [](const auto& a, const auto& b) { return a.photo < b.photo; });
    take_(std::move(block));
  }
  blocks_.clear();
}

}  // namespace coulis
