// decode_webp: lossy and lossless WebP -> RGB; of an animated one, the first frame on a black canvas.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "core/base/failure.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

[[nodiscard]] std::optional<Failure> decode_webp(std::span<const std::byte> bytes, std::int64_t max_pixels, int orientation, RowSink& sink);

// The data of its first EXIF or "XMP " chunk, if its header says that there is one; else empty.
std::string find_webp_chunk(std::span<const std::byte> bytes, const char* name);

}  // namespace coulis
