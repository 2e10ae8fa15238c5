// decode_tiff: the first page of a TIFF, turned as its Orientation says -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"

namespace coulis {

Outcome<Image> decode_tiff(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace coulis
