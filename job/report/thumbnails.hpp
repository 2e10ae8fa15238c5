// Thumbnails: the middle square of photos, small, and sheets of them as JPEG files.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/decode/image.hpp"
#include "core/resample/resample.hpp"

namespace coulis {

inline constexpr int kSheetColumns = 16;

Image make_thumbnail(const ImageView& photo, int side_px);
Image make_thumbnail(const ImageView& photo, Resampler& resampler);  // of the resampler's size, for many thumbnails

// Row by row; one without pixels is white.
Image lay_out(std::span<const Image> thumbnails, int columns, int side_px);

struct Sheet {
  int side_px = 0;         // of one thumbnail
  std::size_t photos = 0;  // row by row, 16 to a row
  std::vector<std::byte> jpeg;
};

// thumbnails: all of side_px, a multiple of 16 so that no JPEG block holds pixels of two. Takes
// the best quality whose sheets fit into max_bytes; if none does, drops sheets at the end.
std::vector<Sheet> make_sheets(const std::vector<Image>& thumbnails, int side_px, std::size_t max_bytes, int threads);

}  // namespace coulis
