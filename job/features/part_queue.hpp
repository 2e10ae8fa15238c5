// PartQueue: hands out the images of the parts to do, one by one and in order, with few parts in flight.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/failure.hpp"
#include "job/plan/plan.hpp"

namespace coulis {

// A part being computed. Each image's row and failure are written by the one worker that took the image.
struct PartInFlight {
  PartInFlight(const Part& source, std::size_t width);

  const Part* part;
  std::vector<ImageRef> images;                  // of the part
  std::vector<float> rows;                       // [images, width]; a failed image's row is never read
  std::vector<std::optional<Failure>> failures;  // [images]
  std::vector<std::string> thumbnails;           // [part->sampled]: JPEGs; empty for a failed image
  std::atomic<std::uint64_t> turned = 0;         // images whose EXIF orientation turns them
  std::atomic<std::size_t> remaining;
};

struct ImageTask {
  std::shared_ptr<PartInFlight> part;
  std::size_t index = 0;     // in the part
  std::uint64_t number = 0;  // among all images handed out
};

// How many parts may be in flight. Memory grows with the workers (1.3 MB each for rows of 1280), never with the input.
std::size_t parts_in_flight(int workers, int images_per_part);

// No task and no wait: nothing is left, or the queue was stopped.
struct Offer {
  std::optional<ImageTask> maybe_task;
  bool wait = false;  // too many parts are in flight
};

class PartQueue {
 public:
  // Memory is bounded by `max_in_flight` parts, never by the size of the input. The parts must outlive the queue.
  PartQueue(const std::vector<const Part*>& parts, std::size_t width, std::size_t max_in_flight);

  // Blocks while too many parts are in flight. Empty when all images are handed out, or after a stop.
  std::optional<ImageTask> next();
  Offer offer();  // the same without blocking

  void part_committed();
  void finish_current();  // start no new part; hand out the images of started parts
  void stop();            // hand out nothing more

 private:
  Offer offer_locked();

  std::mutex mutex_;
  std::condition_variable room_;
  const std::vector<const Part*>& parts_;
  std::size_t width_;
  std::size_t max_in_flight_;
  std::size_t in_flight_ = 0;
  std::size_t next_part_ = 0;
  std::size_t next_index_ = 0;
  std::uint64_t next_number_ = 0;
  std::shared_ptr<PartInFlight> current_;  // null between parts
  bool begin_no_more_ = false;
  bool stopped_ = false;
};

}  // namespace coulis
