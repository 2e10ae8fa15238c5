// decode_heif: the primary image of a HEIF file (HEVC) -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/failure.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

// Turned, mirrored and cropped as the file says, as pillow-heif does.
[[nodiscard]] std::optional<Failure> decode_heif(std::span<const std::byte> bytes, std::int64_t max_pixels, RowSink& sink);

bool reads_hevc();  // there is a decoder in the libheif of this machine, or among its plugins

}  // namespace coulis
