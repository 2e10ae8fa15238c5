// decode_jpeg: grey, YCbCr, RGB, CMYK and YCCK, baseline or progressive -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"

namespace coulis {

Outcome<Image> decode_jpeg(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace coulis
