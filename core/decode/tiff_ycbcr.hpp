// YCbCr of a compressed TIFF -> RGB with libtiff's own arithmetic, as Pillow has it. The chroma samples may be fewer than the luma samples.
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/base/failure.hpp"

namespace coulis {

class TiffYcbcr {
 public:
  // Reads subsampling, coefficients and reference levels.
  std::optional<Failure> start(TIFF* tiff, bool is_planar);

  // Row `y` of a block. planes: where the block begins in each plane; row_bytes: of a plane that has one sample a pixel.
  void convert_row(std::span<const std::uint8_t* const> planes, std::size_t row_bytes, std::uint32_t block_width, std::uint32_t y,
                   int width, std::uint8_t* rgb);

 private:
  std::unique_ptr<long[]> memory_;  // of libtiff's tables
  TIFFYCbCrToRGB* tables_ = nullptr;
  std::uint32_t across_ = 1;  // luma samples that share their chroma: [down, across]
  std::uint32_t down_ = 1;
  bool is_planar_ = false;
};

}  // namespace coulis
