// decode_heif, decode_avif: the primary image of a HEIF (HEVC) or AVIF (AV1) file -> RGB.
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

// As it is stored, as Pillow does: find_orientation() knows how it is meant to be turned.
[[nodiscard]] std::optional<Failure> decode_avif(std::span<const std::byte> bytes, std::int64_t max_pixels, int orientation, RowSink& sink);

// Is there a decoder in the libheif of this machine, or among its plugins?
bool reads_hevc();
bool reads_av1();

}  // namespace coulis
