// Nearest neighbour as in Pillow, which takes it from its affine transform and not from its resample.
#pragma once

#include <cstdint>
#include <vector>

#include "core/decode/image.hpp"

namespace coulis {

constexpr int kOutside = -1;  // Pillow leaves such a pixel black

// [out_px]: the input position of each output, or kOutside.
std::vector<int> locate_nearest(int in_px, int out_px);

// source -> target [rows.size(), columns.size(), 3]
void pick_pixels(const std::vector<int>& columns, const std::vector<int>& rows, const ImageView& source, std::uint8_t* target);

}  // namespace coulis
