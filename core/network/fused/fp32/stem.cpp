#include "core/network/fused/fp32/stem.hpp"

#include <algorithm>
#include <cstdint>

namespace coulis::fused::fp32 {
namespace {

constexpr std::size_t kRgb = 3;

void convert_row(const std::uint8_t* pixels, std::size_t count, const PixelScale& pixel_scale, float* __restrict row) {
  for (std::size_t i = 0; i < count; ++i) row[i] = static_cast<float>(pixels[i]) * pixel_scale.scale + pixel_scale.offset;
}

}  // namespace

void convert_rows(const ImageView& image, const PixelScale& pixel_scale, const Window& window, int first, int end, std::size_t row_elements,
                  float* rows) {
  const std::size_t left_floats = static_cast<std::size_t>(window.left_padding) * kRgb;
  const std::size_t image_floats = static_cast<std::size_t>(image.width) * kRgb;
  for (int y = first; y < end; ++y, rows += row_elements) {
    if (y < 0 || y >= image.height) {
      std::fill_n(rows, row_elements, 0.0F);
      continue;
    }
    std::fill_n(rows, left_floats, 0.0F);
    convert_row(image.row(y), image_floats, pixel_scale, rows + left_floats);
    std::fill(rows + left_floats + image_floats, rows + row_elements, 0.0F);
  }
}

}  // namespace coulis::fused::fp32
