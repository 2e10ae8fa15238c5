// Ranges: a long row of bytes of which any piece can be read: a file, an object in a bucket, a stream that is decompressed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/outcome.hpp"
#include "job/collections/window_cache.hpp"
#include "job/storage/store.hpp"

namespace coulis {

// Thread-safe.
class Ranges {
 public:
  virtual ~Ranges() = default;
  virtual Outcome<Bytes> read(std::uint64_t offset, std::uint64_t size_bytes) = 0;  // fewer bytes only at the end
};

// The object as it was listed. Every read asks the store.
class ObjectRanges final : public Ranges {
 public:
  ObjectRanges(std::shared_ptr<const Store> store, Entry object) : store_(std::move(store)), object_(std::move(object)) {}
  Outcome<Bytes> read(std::uint64_t offset, std::uint64_t size_bytes) override;

 private:
  std::shared_ptr<const Store> store_;
  Entry object_;
};

enum class Reads {
  kPhotos,
  kDirectory,  // gone through once: windows are never a waste
  kHeaders,    // the same, of an archive that does not fit into the windows: what lies between headers far apart is not loaded
};

// Other ranges, read in windows that several readers share; what is larger than a window is read by itself.
class CachedRanges final : public Ranges {
 public:
  CachedRanges(WindowCache& windows, std::string name, std::shared_ptr<Ranges> ranges, Reads reads)
      : windows_(windows), name_(std::move(name)), ranges_(std::move(ranges)), reads_(reads) {}
  Outcome<Bytes> read(std::uint64_t offset, std::uint64_t size_bytes) override;

 private:
  bool is_far(std::uint64_t offset, std::uint64_t size_bytes);  // from the read before

  WindowCache& windows_;
  std::string name_;
  std::shared_ptr<Ranges> ranges_;
  Reads reads_;
  std::atomic<std::uint64_t> last_end_ = 0;  // of the last read
};

}  // namespace coulis
