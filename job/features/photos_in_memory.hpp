// Photos in memory: files or pixels that the caller owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "job/features/photo_source.hpp"

namespace coulis {

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

// RGB as Pillow's convert("RGB"): alpha is dropped. Contiguous rows of RGB are used without a copy.
class PixelArrays final : public PhotoSource {
 public:
  explicit PixelArrays(std::vector<PixelArray> arrays) : arrays_(std::move(arrays)) {}

  std::size_t count() const override { return arrays_.size(); }
  Outcome<Photo> read(std::size_t photo) override;

 private:
  std::vector<PixelArray> arrays_;
};

}  // namespace coulis
