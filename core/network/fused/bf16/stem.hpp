// Stem: rows of 8-bit pixels -> rows of bfloat16 with the padding around them, ready for the stem's pointwise layer.
#pragma once

#include <array>
#include <cstddef>

#include "core/decode/image.hpp"
#include "core/network/fused/bf16/bfloat16.hpp"
#include "core/network/fused/plan.hpp"

namespace coulis::fused::bf16 {

// Of red, green, blue: stem input = u8 * scale + offset, rounded; network input = stem input * left_to_weights. The padding is 0 in both.
struct PixelScale {
  std::array<float, 3> scale{};
  std::array<float, 3> offset{};
  std::array<float, 3> left_to_weights{};
};

// Where u8 - (the pixel that means 0) is exact for every pixel value, the scale is left to the weights, and nothing is rounded here.
PixelScale choose_pixel_scale(const std::array<double, 3>& input_scale, const std::array<double, 3>& input_offset);

// Fills rows [end - first, row_elements] with the image rows [first, end) under the stem's windows; rows outside the image become zeros.
// On x86-64 only, where has_bf16_instructions().
void convert_rows(const ImageView& image, const PixelScale& pixel_scale, const Window& window, int first, int end, std::size_t row_elements,
                  Bfloat16* rows);

}  // namespace coulis::fused::bf16
