// ReadAhead: prefetches the bytes of photos for the workers.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "job/plan/plan.hpp"
#include "job/storage/location.hpp"

namespace coulis {

// From a folder, one thread asks the kernel to prefetch files, and the workers read
// them. From a bucket, where a request takes a hundred times as long as its bytes,
// many threads fetch. The bytes held are bounded, whatever the size of the input.
// Photos are numbered from 0 in the order of the parts, as PartQueue hands them out.
class ReadAhead {
 public:
  enum class Sizes { kListed, kGuessed };  // kGuessed: the images were named, not listed, so no photo can be `changed`

  // interrupted: still waits for the photos of started parts, but
  // not for a server that fails. given_up: by key, photos not to
  // read, and why.
  ReadAhead(const std::vector<const Part*>& parts, const Location& input, int workers, const std::atomic<bool>& interrupted,
            Sizes sizes = Sizes::kListed, std::map<std::string, Failure> given_up = {});

  int threads() const { return threads_; }
  void run();  // the work of one of these threads; returns when there is nothing left to fetch, or after a stop

  // Waits for the photo. Take each number once. Throws Error(kInterrupted)
  // after a stop, or if an interrupted run would wait long.
  Outcome<Bytes> take(std::uint64_t number, const ImageRef& image);

  void stop();

 private:
  void ask_for_files();
  void fetch_objects();
  std::optional<ImageRef> next_image();  // nothing: no image is left
  bool has_room();                       // fetches in bursts: see docs/decisions/0013-photos-of-a-bucket-in-bursts.md
  Outcome<Bytes> get(const ImageRef& image) const;
  void wait_for(std::unique_lock<std::mutex>& lock, std::uint64_t number);

  const std::vector<const Part*>& parts_;
  const Location& input_;
  int threads_;
  std::uint64_t most_ahead_;  // photos prefetched and not yet taken
  const std::atomic<bool>& interrupted_;
  Sizes sizes_;
  std::map<std::string, Failure> given_up_;

  std::mutex mutex_;
  std::condition_variable room_;     // for one more photo: the thread that uses the room wakes the next while there is more
  std::condition_variable ready_;    // a photo is there
  std::size_t part_ = 0;             // the one after that of the next photo to prefetch
  ImageCursor images_{ImageList()};  // from that photo on
  std::uint64_t asked_ = 0;          // photos requested so far
  std::uint64_t taken_ = 0;
  std::uint64_t bytes_ahead_ = 0;  // of photos prefetched and not yet taken
  bool filling_ = true;            // true until the maximum is prefetched, then false until half of it is taken
  std::map<std::uint64_t, Outcome<Bytes>> fetched_;
  bool stopped_ = false;
};

}  // namespace coulis
