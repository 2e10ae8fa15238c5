#include "core/resample/nearest.hpp"

#include <cstddef>
#include <cstring>

namespace coulis {
namespace {

constexpr std::size_t kPixelBytes = 3;

void pick_row(const std::vector<int>& columns, const std::uint8_t* source_row, std::uint8_t* target) {
  for (const int x : columns) {
    if (x == kOutside) {
      std::memset(target, 0, kPixelBytes);
    } else {
      std::memcpy(target, source_row + static_cast<std::size_t>(x) * kPixelBytes, kPixelBytes);
    }
    target += kPixelBytes;
  }
}

}  // namespace

std::vector<int> locate_nearest(int in_px, int out_px) {
  std::vector<int> positions;
  positions.reserve(static_cast<std::size_t>(out_px));
  const double step = static_cast<double>(static_cast<float>(in_px)) / out_px;
  double position = step * 0.5;
  for (int out = 0; out < out_px; ++out) {
    const int in = static_cast<int>(position);
    positions.push_back(in < in_px ? in : kOutside);
    position += step;  // added up, as Pillow does: the rounding errors are part of the result
  }
  return positions;
}

void pick_pixels(const std::vector<int>& columns, const std::vector<int>& rows, const ImageView& source, std::uint8_t* target) {
  const std::size_t row_bytes = columns.size() * kPixelBytes;
  for (const int y : rows) {
    if (y == kOutside) {
      std::memset(target, 0, row_bytes);
    } else {
      pick_row(columns, source.row(y), target);
    }
    target += row_bytes;
  }
}

}  // namespace coulis
