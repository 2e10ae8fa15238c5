// decode_heif, decode_avif: the primary image of a HEIF (HEVC) or AVIF (AV1) file -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"

namespace coulis {

// Turned, mirrored and cropped as the file says, as pillow-heif does.
Outcome<Image> decode_heif(std::span<const std::byte> bytes, std::int64_t max_pixels);

// As it is stored, as Pillow does: find_orientation() knows how it is meant to be turned.
Outcome<Image> decode_avif(std::span<const std::byte> bytes, std::int64_t max_pixels);

// Is there a decoder in the libheif of this machine, or among its plugins?
bool reads_hevc();
bool reads_av1();

}  // namespace coulis
