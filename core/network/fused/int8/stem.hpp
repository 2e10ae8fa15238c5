// Stem: rows of pixels with the padding around them, ready for the stem's pointwise layer. Pixels are the network's input as they are.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/decode/image.hpp"
#include "core/network/fused/plan.hpp"

namespace coulis::fused::int8 {

// Fills rows [end - first, row_elements] with the image rows [first, end) under the stem's windows and with `padding` around them.
void convert_rows(const ImageView& image, std::uint8_t padding, const Window& window, int first, int end, std::size_t row_elements,
                  std::uint8_t* rows);

}  // namespace coulis::fused::int8
