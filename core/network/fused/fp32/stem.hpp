// Stem: rows of 8-bit pixels -> rows of network input with the padding around them, ready for the stem's pointwise layer.
#pragma once

#include <array>
#include <cstddef>

#include "core/decode/image.hpp"
#include "core/network/fused/plan.hpp"

namespace coulis::fused::fp32 {

// Network input = u8 * scale + offset of the pixel's channel; the padding is 0 after that, as the network has it.
struct PixelScale {
  std::array<float, 3> scale{};
  std::array<float, 3> offset{};
};

PixelScale pixel_scale_of(const ModelCard& card);

// Fills rows [end - first, row_elements] with the image rows [first, end) under the stem's windows; rows outside the image become zeros.
void convert_rows(const ImageView& image, const PixelScale& pixel_scale, const Window& window, int first, int end, std::size_t row_elements,
                  float* rows);

}  // namespace coulis::fused::fp32
