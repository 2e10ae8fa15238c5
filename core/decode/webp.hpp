// decode_webp: lossy and lossless WebP; of an animated one the first frame on a black canvas -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"

namespace coulis {

Outcome<Image> decode_webp(std::span<const std::byte> bytes, std::int64_t max_pixels);

// The data of its first EXIF or "XMP " chunk, if its header says that there is one; else empty.
std::string find_webp_chunk(std::span<const std::byte> bytes, const char* name);

}  // namespace coulis
