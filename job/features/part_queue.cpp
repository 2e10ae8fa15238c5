#include "job/features/part_queue.hpp"

#include <algorithm>
#include <utility>

namespace coulis {

PartInFlight::PartInFlight(const Part& source, std::size_t width)
    : part(&source),
      images(source.images.read()),
      rows(source.images.size() * width),
      failures(source.images.size()),
      thumbnails(source.sampled.size()),
      remaining(source.images.size()) {}

// While one worker is busy with a photo that takes a hundred times the usual time,
// or with a slow commit, the others can work on about this many images. With
// fewer, 64 workers waited for half of their time (part_queue_simulation_test).
constexpr int kImagesAheadPerWorker = 256;

std::size_t parts_in_flight(int workers, int images_per_part) {
  return 2 + static_cast<std::size_t>(workers) * kImagesAheadPerWorker / static_cast<std::size_t>(std::max(1, images_per_part));
}

PartQueue::PartQueue(const std::vector<const Part*>& parts, std::size_t width, std::size_t max_in_flight)
    : parts_(parts), width_(width), max_in_flight_(max_in_flight) {}

std::optional<ImageTask> PartQueue::next() {
  std::unique_lock lock(mutex_);
  Offer offer = offer_locked();
  while (offer.wait) {
    room_.wait(lock);
    offer = offer_locked();
  }
  return offer.maybe_task;
}

Offer PartQueue::offer() {
  const std::lock_guard lock(mutex_);
  return offer_locked();
}

Offer PartQueue::offer_locked() {
  if (stopped_) return {};
  if (!current_) {
    if (begin_no_more_ || next_part_ == parts_.size()) return {};
    if (in_flight_ == max_in_flight_) return {std::nullopt, true};
    current_ = std::make_shared<PartInFlight>(*parts_[next_part_++], width_);
    next_index_ = 0;
    ++in_flight_;
  }
  ImageTask task{current_, next_index_++, next_number_++};
  if (next_index_ == current_->images.size()) current_.reset();
  return {std::move(task), false};
}

void PartQueue::part_committed() {
  const std::lock_guard lock(mutex_);
  --in_flight_;
  room_.notify_all();
}

void PartQueue::finish_current() {
  const std::lock_guard lock(mutex_);
  begin_no_more_ = true;
  room_.notify_all();
}

void PartQueue::stop() {
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  room_.notify_all();
}

}  // namespace coulis
