#include "core/network/fused/int8/stem.hpp"

#include <algorithm>

namespace coulis::fused::int8 {

void convert_rows(const ImageView& image, std::uint8_t padding, const Window& window, int first, int end, std::size_t row_elements,
                  std::uint8_t* rows) {
  constexpr std::size_t kRgb = 3;
  for (int y = first; y < end; ++y, rows += row_elements) {
    if (y < 0 || y >= image.height) {
      std::fill_n(rows, row_elements, padding);
      continue;
    }
    std::uint8_t* pixels = std::fill_n(rows, static_cast<std::size_t>(window.left_padding) * kRgb, padding);
    std::uint8_t* behind = std::copy_n(image.row(y), static_cast<std::size_t>(image.width) * kRgb, pixels);
    std::fill(behind, rows + row_elements, padding);
  }
}

}  // namespace coulis::fused::int8
