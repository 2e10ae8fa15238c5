#include "job/features/read_ahead.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/error.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kFilesAhead = 512;  // and 256 at least: a few ms of work for a hundred workers in int8
constexpr std::uint64_t kBytesAhead = std::uint64_t{64} << 20;
// 16 requests of 30 ms each give a worker 500 photos per second. A server would throttle more than 128 threads.
constexpr int kRequestsPerWorker = 16;
constexpr std::uint64_t kObjectsPerRequest = 16;       // photos held and not yet taken, while one answer is slow
constexpr std::chrono::milliseconds kPatience{5'000};  // wait for a server once the run is interrupted

}  // namespace

ReadAhead::ReadAhead(const std::vector<const Part*>& parts, const Location& input, int workers, const std::atomic<bool>& interrupted,
                     Sizes sizes, std::map<std::string, Failure> given_up)
    : parts_(parts),
      input_(input),
      threads_(std::min(workers * kRequestsPerWorker, input.traits().useful_requests)),
      most_ahead_(input.traits().local ? kFilesAhead : kObjectsPerRequest * static_cast<std::uint64_t>(threads_)),
      interrupted_(interrupted),
      sizes_(sizes),
      given_up_(std::move(given_up)) {}

void ReadAhead::run() {
  input_.traits().local ? ask_for_files() : fetch_objects();
}

std::optional<ImageRef> ReadAhead::next_image() {
  const ImageRef* image = images_.next();
  while (image == nullptr && part_ < parts_.size()) {
    images_ = ImageCursor(parts_[part_++]->images);
    image = images_.next();
  }
  return image == nullptr ? std::nullopt : std::optional(*image);
}

Outcome<Bytes> ReadAhead::get(const ImageRef& image) const {
  const auto found = given_up_.find(image.key);
  if (found != given_up_.end()) return found->second;
  return sizes_ == Sizes::kListed ? input_.get(image) : input_.get(image.key);
}

bool ReadAhead::has_room() {
  if (asked_ >= taken_ + most_ahead_) filling_ = false;
  if (asked_ <= taken_ + most_ahead_ / 2) filling_ = true;
  return filling_ && bytes_ahead_ < kBytesAhead;  // when nothing is held, there is room for a photo of any size
}

void ReadAhead::ask_for_files() {
  std::unique_lock lock(mutex_);
  while (const std::optional<ImageRef> image = next_image()) {
    room_.wait(lock, [&] { return stopped_ || has_room(); });
    if (stopped_) return;
    ++asked_;
    lock.unlock();
    input_.will_need(*image);
    lock.lock();
  }
}

void ReadAhead::fetch_objects() {
  std::unique_lock lock(mutex_);
  while (true) {
    room_.wait(lock, [&] { return stopped_ || has_room(); });
    const std::optional<ImageRef> image = stopped_ ? std::nullopt : next_image();
    if (!image) {
      room_.notify_one();
      return;
    }
    const std::uint64_t number = asked_++;
    bytes_ahead_ += image->size_bytes;
    if (has_room()) room_.notify_one();
    lock.unlock();
    Outcome<Bytes> bytes = get(*image);
    lock.lock();
    fetched_.emplace(number, std::move(bytes));
    ready_.notify_all();
  }
}

void ReadAhead::wait_for(std::unique_lock<std::mutex>& lock, std::uint64_t number) {
  const auto is_over = [&] { return stopped_ || fetched_.contains(number); };
  std::chrono::milliseconds waited_since_interrupt{0};
  while (!ready_.wait_for(lock, kPatience / 10, is_over)) {
    if (!interrupted_) continue;
    waited_since_interrupt += kPatience / 10;
    if (waited_since_interrupt < kPatience) continue;
    input_.stop();
    throw Error(ErrorCode::kInterrupted, "interrupted while waiting for photos", "run the same command again: it resumes where it stopped");
  }
}

Outcome<Bytes> ReadAhead::take(std::uint64_t number, const ImageRef& image) {
  std::unique_lock lock(mutex_);
  if (input_.traits().local) {
    ++taken_;
    if (has_room()) room_.notify_one();
    lock.unlock();
    return get(image);
  }
  wait_for(lock, number);
  auto found = fetched_.extract(number);
  if (found.empty()) throw Error(ErrorCode::kInterrupted, "the run was stopped");
  ++taken_;
  bytes_ahead_ -= image.size_bytes;
  if (has_room()) room_.notify_one();
  return std::move(found.mapped());
}

void ReadAhead::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  room_.notify_all();
  ready_.notify_all();
}

}  // namespace coulis
