// WindowCache: the pieces of containers that were read last, shared by all workers. A request of a bucket takes as long for 8 MB as for the
// first byte of a photo, nearly.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/base/outcome.hpp"
#include "job/storage/location.hpp"

namespace coulis {

inline constexpr std::uint64_t kWindow_bytes = std::uint64_t{8} << 20;

// Thread-safe.
class WindowCache {
 public:
  using Window = std::shared_ptr<const Outcome<Bytes>>;
  using Name = std::pair<std::string, std::uint64_t>;  // container and window

  explicit WindowCache(std::size_t most_windows) : most_windows_(most_windows) {}

  // Who asks for a window that another is loading waits for it. Failures are handed to all who wait, and not kept.
  Window get(const Name& name, const std::function<Outcome<Bytes>()>& load);

  // Photos of an archive may lie in another order than that of their names. If it does not fit in here, each would load a window.
  void note_use(const std::string& container, std::uint64_t loads, std::uint64_t bytes_served);
  bool wastes(const std::string& container);  // most of what is loaded of it is dropped unread

 private:
  struct Slot {
    Window window;  // null: on its way
    std::uint64_t used = 0;
  };
  struct Use {
    std::uint64_t loads = 0;
    std::uint64_t served_bytes = 0;
  };
  bool make_room();

  std::size_t most_windows_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<Name, std::shared_ptr<Slot>> slots_;
  std::map<std::string, Use> uses_;  // by container
  std::uint64_t clock_ = 0;
};

}  // namespace coulis
