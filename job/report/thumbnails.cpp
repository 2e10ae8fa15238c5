#include "job/report/thumbnails.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>

#include "core/encode/jpeg.hpp"
#include "core/resample/resample.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::size_t kPhotosOfASheet = std::size_t{kSheetColumns} * kSheetColumns;
constexpr int kQualities[] = {85, 80, 75, 65, 55, 45, 35, 25};

void copy_square(const ImageView& from, int left, int top, Image& to, int at_x, int at_y, int side_px) {
  for (int y = 0; y < side_px; ++y) {
    std::memcpy(to.row(at_y + y) + std::ptrdiff_t{at_x} * 3, from.row(top + y) + std::ptrdiff_t{left} * 3,
                static_cast<std::size_t>(side_px) * 3);
  }
}

Sheet make_sheet(std::span<const Image> thumbnails, std::size_t sheet, int side_px, int quality) {
  const std::size_t first = sheet * kPhotosOfASheet;
  const auto some = thumbnails.subspan(first, std::min(kPhotosOfASheet, thumbnails.size() - first));
  const Image image = lay_out(some, std::min(static_cast<int>(some.size()), kSheetColumns), side_px);
  return {side_px, some.size(), encode_jpeg(image.view(), quality, JpegEffort::kQuick)};
}

// Predicts from the first sheet whether all can fit: encoding one is cheaper than encoding all for nothing.
bool is_too_good(const Sheet& first, std::size_t photos, std::size_t max_bytes) {
  constexpr double kSurely = 1.1;
  const double share = static_cast<double>(first.photos) / static_cast<double>(photos);
  return static_cast<double>(first.jpeg.size()) > kSurely * share * static_cast<double>(max_bytes);
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

Image make_thumbnail(const ImageView& photo, Resampler& resampler) {
  const int side = std::min(photo.width, photo.height);
  Image square(side, side);  // crop before resampling: a photo of one column would become very tall
  copy_square(photo, (photo.width - side) / 2, (photo.height - side) / 2, square, 0, 0, side);
  return copy_of(resampler.resample(square.view()));
}

Image make_thumbnail(const ImageView& photo, int side_px) {
  Resampler resampler({side_px, side_px, Filter::kBilinear});
  return make_thumbnail(photo, resampler);
}

std::vector<Sheet> make_sheets(const std::vector<Image>& thumbnails, int side_px, std::size_t max_bytes, int threads) {
  std::vector<Sheet> sheets((thumbnails.size() + kPhotosOfASheet - 1) / kPhotosOfASheet);
  if (sheets.empty()) return sheets;
  for (const int quality : kQualities) {
    sheets[0] = make_sheet(thumbnails, 0, side_px, quality);
    if (quality != kQualities[std::size(kQualities) - 1] && is_too_good(sheets[0], thumbnails.size(), max_bytes)) continue;
    for_each_parallel(threads, sheets.size() - 1, [&](std::size_t i) { sheets[i + 1] = make_sheet(thumbnails, i + 1, side_px, quality); });
    if (size_of(sheets) <= max_bytes) return sheets;
  }
  while (size_of(sheets) > max_bytes) sheets.pop_back();
  return sheets;
}

}  // namespace coulis
