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
  // given_up: by key, photos that are not read, and why. interrupted: the photos of the parts begun are waited for, but not for a server
  // that has failed.
  ReadAhead(const std::vector<const Part*>& parts, const Location& input, const std::map<std::string, Failure>& given_up, int workers,
            const std::atomic<bool>& interrupted);

  int threads() const { return threads_; }
  void run();  // the work of one of these threads; returns when there is nothing left to fetch, or after a stop

  // Waits for the photo. Each number once. Throws Error(kInterrupted) after a stop, or where an interrupted run would wait for long.
  Outcome<Bytes> take(std::uint64_t number, const ImageRef& image);

  void stop();

 private:
  void ask_for_files();
  void fetch_objects();
  Outcome<Bytes> read(const ImageRef& image) const;
  const ImageRef* next_image();  // null: none is left
  void wait_for(std::unique_lock<std::mutex>& lock, std::uint64_t number);

  const std::vector<const Part*>& parts_;
  const Location& input_;
  const std::map<std::string, Failure>& given_up_;
  int threads_;
  const std::atomic<bool>& interrupted_;

  std::mutex mutex_;
  std::condition_variable room_;   // a photo was taken
  std::condition_variable ready_;  // a photo is there
  std::size_t part_ = 0;           // of the next photo to ask for
  std::size_t index_ = 0;
  std::uint64_t asked_ = 0;  // photos so far
  std::uint64_t taken_ = 0;
  std::uint64_t bytes_ahead_ = 0;  // of photos asked for and not yet taken
  std::map<std::uint64_t, Outcome<Bytes>> fetched_;
  bool stopped_ = false;
};

}  // namespace coulis
