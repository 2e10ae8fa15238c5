// Stem: image rows -> rows of network input with the padding around them, ready for the stem's pointwise layer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/decode/image.hpp"
#include "core/network/fused/plan.hpp"

namespace coulis::fused {

// Fills rows [end - first, row_elements] with the image rows [first, end) under the stem's windows, and with `padding` around them.
// convert(pixels, count, row) makes `count` elements of as many numbers of an image row.
template <class Element, class Convert>
void convert_padded_rows(const ImageView& image, const Window& window, int first, int end, std::size_t row_elements, Element padding,
                         Element* rows, const Convert& convert) {
  const std::size_t left = static_cast<std::size_t>(window.left_padding) * 3;
  const std::size_t count = static_cast<std::size_t>(image.width) * 3;
  for (int y = first; y < end; ++y, rows += row_elements) {
    if (y < 0 || y >= image.height) {
      std::fill_n(rows, row_elements, padding);
      continue;
    }
    std::fill_n(rows, left, padding);
    convert(image.row(y), count, rows + left);
    std::fill(rows + left + count, rows + row_elements, padding);
  }
}

}  // namespace coulis::fused
