// Rows of the kinds of pixels that a TIFF may hold -> RGB as Pillow does. Knows nothing of strips, tiles or libtiff.
#pragma once

#include <cstdint>
#include <span>

#include "core/decode/tiff_layout.hpp"

namespace coulis {

// planes: a pointer to the row in each plane (one where the samples lie together), 16 and 32 bits in the machine's order.
// scratch: [width, used_samples].
void convert_tiff_row(const TiffLayout& layout, std::span<const std::uint8_t* const> planes, int width, std::uint8_t* scratch,
                      std::uint8_t* rgb);

}  // namespace coulis
