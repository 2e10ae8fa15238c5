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

Image lay_out(std::span<const Image> thumbnails, int columns, int side_px) {
  const int count = static_cast<int>(thumbnails.size());
  Image sheet(columns * side_px, (count + columns - 1) / columns * side_px);
  std::fill_n(sheet.data(), sheet.size_bytes(), std::uint8_t{255});
  for (int i = 0; i < count; ++i) {
    const Image& thumbnail = thumbnails[static_cast<std::size_t>(i)];
    if (thumbnail.width() > 0) copy_square(thumbnail.view(), 0, 0, sheet, i % columns * side_px, i / columns * side_px, side_px);
  }
  return sheet;
}

Image make_thumbnail(const ImageView& photo, int side_px) {
  const int side = std::min(photo.width, photo.height);
  Image square(side, side);  // cut before it is resampled: a photo of one column would grow very long
  copy_square(photo, (photo.width - side) / 2, (photo.height - side) / 2, square, 0, 0, side);
  return resample(square.view(), {side_px, side_px, Filter::kBilinear});
}

std::vector<Sheet> make_sheets(const std::vector<Image>& thumbnails, int side_px, std::size_t max_bytes) {
  std::vector<Image> images;
  for (std::size_t first = 0; first < thumbnails.size(); first += kPhotosOfASheet) {
    const auto some = std::span(thumbnails).subspan(first, std::min(kPhotosOfASheet, thumbnails.size() - first));
    images.push_back(lay_out(some, std::min(static_cast<int>(some.size()), kSheetColumns), side_px));
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
