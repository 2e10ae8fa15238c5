// decode_webp: lossy and lossless WebP; of an animated one the first frame on a black canvas -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"

namespace coulis {

Outcome<Image> decode_webp(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace coulis
