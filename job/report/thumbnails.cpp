#include "job/report/thumbnails.hpp"

#include <algorithm>
#include <cstring>

#include "core/encode/jpeg.hpp"
#include "core/resample/resample.hpp"

namespace coulis {
namespace {

constexpr std::size_t kPhotosOfASheet = std::size_t{kSheetColumns} * kSheetColumns;
constexpr int kQualities[] = {85, 75, 65, 55, 45, 35, 25};

void copy_square(const ImageView& from, int left, int top, Image& to, int at_x, int at_y, int side_px) {
  for (int y = 0; y < side_px; ++y) {
    std::memcpy(to.row(at_y + y) + std::ptrdiff_t{at_x} * 3, from.row(top + y) + std::ptrdiff_t{left} * 3,
                static_cast<std::size_t>(side_px) * 3);
  }
}

Image lay_out(const std::vector<Image>& thumbnails, std::size_t first, std::size_t count, int side_px) {
  const int columns = static_cast<int>(std::min<std::size_t>(count, kSheetColumns));
  const int rows = static_cast<int>((count + kSheetColumns - 1) / kSheetColumns);
  Image sheet(columns * side_px, rows * side_px);
  std::fill_n(sheet.data(), sheet.size_bytes(), std::uint8_t{255});
  for (std::size_t i = 0; i < count; ++i) {
    const int slot = static_cast<int>(i);
    copy_square(thumbnails[first + i].view(), 0, 0, sheet, slot % kSheetColumns * side_px, slot / kSheetColumns * side_px, side_px);
  }
  return sheet;
}

std::vector<Sheet> encode_sheets(const std::vector<Image>& sheets, std::size_t photos, int side_px, int quality) {
  std::vector<Sheet> encoded;
  for (const Image& sheet : sheets) {
    const std::size_t count = std::min(photos - encoded.size() * kPhotosOfASheet, kPhotosOfASheet);
    encoded.push_back({side_px, count, encode_jpeg(sheet.view(), quality)});
  }
  return encoded;
}

std::size_t size_of(const std::vector<Sheet>& sheets) {
  std::size_t bytes = 0;
  for (const Sheet& sheet : sheets) bytes += sheet.jpeg.size();
  return bytes;
}

}  // namespace

Image make_thumbnail(const ImageView& photo, int side_px) {
  const int side = std::min(photo.width, photo.height);
  Image square(side, side);  // cut before it is resampled: a photo of one column would grow very long
  copy_square(photo, (photo.width - side) / 2, (photo.height - side) / 2, square, 0, 0, side);
  return resample(square.view(), {side_px, side_px, Filter::kBilinear});
}

std::vector<Sheet> make_sheets(const std::vector<Image>& thumbnails, int side_px, std::size_t max_bytes) {
  std::vector<Image> images;
  for (std::size_t first = 0; first < thumbnails.size(); first += kPhotosOfASheet) {
    images.push_back(lay_out(thumbnails, first, std::min(kPhotosOfASheet, thumbnails.size() - first), side_px));
  }
  std::vector<Sheet> sheets;
  for (const int quality : kQualities) {
    sheets = encode_sheets(images, thumbnails.size(), side_px, quality);
    if (size_of(sheets) <= max_bytes) return sheets;
  }
  while (size_of(sheets) > max_bytes) sheets.pop_back();
  return sheets;
}

}  // namespace coulis
