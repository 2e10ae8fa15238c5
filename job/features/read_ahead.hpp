// ReadAhead: the bytes of the photos, a little before the workers want them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "job/plan/plan.hpp"
#include "job/storage/location.hpp"

namespace coulis {

// From a folder, one thread asks the kernel for files ahead and the workers read them. From a bucket, where a request takes a hundred times
// as long as its bytes, many threads fetch. What is held is bounded in bytes, never by the size of the input.
// Photos are numbered from 0 in the order of the parts, as PartQueue hands them out.
class ReadAhead {
 public:
  enum class Sizes { kListed, kGuessed };  // guessed: the images were named, not listed; no photo is `changed`

  // interrupted: the photos of the parts begun are waited for, but not for a server that has failed. given_up: by key, photos that are not
  // read, and why.
  ReadAhead(const std::vector<const Part*>& parts, const Location& input, int workers, const std::atomic<bool>& interrupted,
            Sizes sizes = Sizes::kListed, std::map<std::string, Failure> given_up = {});

  int threads() const { return threads_; }
  void run();  // the work of one of these threads; returns when there is nothing left to fetch, or after a stop

  // Waits for the photo. Each number once. Throws Error(kInterrupted) after a stop, or where an interrupted run would wait for long.
  Outcome<Bytes> take(std::uint64_t number, const ImageRef& image);

  void stop();

 private:
  void ask_for_files();
  void fetch_objects();
  const ImageRef* next_image();  // null: none is left
  bool has_room();               // asks in bursts: see docs/decisions/0013-photos-of-a-bucket-in-bursts.md
  Outcome<Bytes> get(const ImageRef& image) const;
  void wait_for(std::unique_lock<std::mutex>& lock, std::uint64_t number);

  const std::vector<const Part*>& parts_;
  const Location& input_;
  int threads_;
  std::uint64_t most_ahead_;  // photos asked for and not yet taken
  const std::atomic<bool>& interrupted_;
  Sizes sizes_;
  std::map<std::string, Failure> given_up_;

  std::mutex mutex_;
  std::condition_variable room_;   // for one more photo: who takes it wakes the next, while there is more
  std::condition_variable ready_;  // a photo is there
  std::size_t part_ = 0;           // of the next photo to ask for
  std::size_t index_ = 0;
  std::uint64_t asked_ = 0;  // photos so far
  std::uint64_t taken_ = 0;
  std::uint64_t bytes_ahead_ = 0;  // of photos asked for and not yet taken
  bool filling_ = true;            // until the most are ahead, then not again before half of them are taken
  std::map<std::uint64_t, Outcome<Bytes>> fetched_;
  bool stopped_ = false;
};

}  // namespace coulis
