// PhotoSource: the source of photos for compute_feature_rows(): a folder, a bucket, or files or pixels in memory.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"
#include "job/storage/location.hpp"

namespace coulis {

struct Photo {
  std::span<const std::byte> file;          // an image file,
  std::optional<ImageView> maybe_pixels{};  // or pixels instead
  Bytes own_file{};                         // the bytes that these two point to, unless the caller owns them
  Image own_pixels{};
};

// Photos by number. read() is called by several workers, once for each number, in the order of the numbers.
class PhotoSource {
 public:
  virtual ~PhotoSource() = default;
  virtual std::size_t count() const = 0;
  virtual Outcome<Photo> read(std::size_t photo) = 0;
  virtual int threads() const { return 0; }  // how many threads call run(), besides the workers
  virtual void run() {}
  virtual void stop() {}  // makes run() and waiting read() calls return soon
};

}  // namespace coulis
