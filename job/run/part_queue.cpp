#include "job/run/part_queue.hpp"

namespace coulis {

PartInFlight::PartInFlight(const Part& source, std::size_t width)
    : part(&source), rows(source.images.size() * width), failures(source.images.size()), remaining(source.images.size()) {}

PartQueue::PartQueue(const std::vector<const Part*>& parts, std::size_t width, std::size_t max_in_flight)
    : parts_(parts), width_(width), max_in_flight_(max_in_flight) {}

std::optional<ImageTask> PartQueue::next() {
  std::unique_lock lock(mutex_);
  while (!current_) {
    if (stopped_ || begin_no_more_ || next_part_ == parts_.size()) return std::nullopt;
    if (in_flight_ < max_in_flight_) {
      current_ = std::make_shared<PartInFlight>(*parts_[next_part_++], width_);
      next_index_ = 0;
      ++in_flight_;
    } else {
      room_.wait(lock);
    }
  }
  if (stopped_) return std::nullopt;
  ImageTask task{current_, next_index_++};
  if (next_index_ == current_->part->images.size()) {
    current_.reset();
    room_.notify_all();
  }
  return task;
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
