// PhotoSource: where compute_feature_rows() has its photos from: a folder, a bucket, files or pixels in memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"
#include "job/features/read_ahead.hpp"
#include "job/listing/listing.hpp"
#include "job/plan/plan.hpp"
#include "job/storage/location.hpp"

namespace coulis {

struct Photo {
  std::span<const std::byte> file;          // an image file,
  std::optional<ImageView> maybe_pixels{};  // or pixels instead
  Bytes own_file{};                         // what these two show, unless somebody else keeps it
  Image own_pixels{};
};

// Photos by number. read() is called by several workers, once for each number, in the order of the numbers.
class PhotoSource {
 public:
  virtual ~PhotoSource() = default;
  virtual std::size_t count() const = 0;
  virtual Outcome<Photo> read(std::size_t photo) = 0;
  virtual int threads() const { return 0; }  // how many call run(), beside the workers
  virtual void run() {}
  virtual void stop() {}  // run() returns soon, and nobody waits in read()
};

// Photos below one location, read ahead. They and the flag must outlive it.
class LocatedPhotos final : public PhotoSource {
 public:
  LocatedPhotos(const Location& place, std::vector<ImageRef> images, ReadAhead::Sizes sizes, int workers,
                const std::atomic<bool>& interrupted);

  std::size_t count() const override { return part_.images.size(); }
  Outcome<Photo> read(std::size_t photo) override;
  int threads() const override { return bytes_.threads(); }
  void run() override { bytes_.run(); }
  void stop() override { bytes_.stop(); }

 private:
  Part part_;  // all of them
  std::vector<const Part*> parts_{&part_};
  ReadAhead bytes_;
};

// The bytes of image files.
class EncodedPhotos final : public PhotoSource {
 public:
  explicit EncodedPhotos(std::vector<std::span<const std::byte>> files) : files_(std::move(files)) {}

  std::size_t count() const override { return files_.size(); }
  Outcome<Photo> read(std::size_t photo) override;

 private:
  std::vector<std::span<const std::byte>> files_;
};

// [height, width, channels]: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. Strides in bytes, of either sign.
struct PixelArray {
  const std::uint8_t* data = nullptr;
  int height = 0;
  int width = 0;
  int channels = 0;
  std::ptrdiff_t row_stride = 0;
  std::ptrdiff_t column_stride = 0;
  std::ptrdiff_t channel_stride = 0;
};

// RGB as Pillow's convert("RGB"): alpha is dropped. Rows of RGB without gaps are used where they are.
class PixelArrays final : public PhotoSource {
 public:
  explicit PixelArrays(std::vector<PixelArray> arrays) : arrays_(std::move(arrays)) {}

  std::size_t count() const override { return arrays_.size(); }
  Outcome<Photo> read(std::size_t photo) override;

 private:
  std::vector<PixelArray> arrays_;
};

}  // namespace coulis
