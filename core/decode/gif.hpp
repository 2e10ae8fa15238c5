// decode_gif: the first frame of a GIF on its canvas -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"

namespace coulis {

Outcome<Image> decode_gif(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace coulis
