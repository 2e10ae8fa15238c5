// decode_bmp: Windows and OS/2 bitmaps: 1 to 32 bits, RLE4, RLE8, bit fields -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"

namespace coulis {

Outcome<Image> decode_bmp(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace coulis
