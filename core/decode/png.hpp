// decode_png: every kind of PNG; of an animated one the default image -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"

namespace coulis {

Outcome<Image> decode_png(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace coulis
