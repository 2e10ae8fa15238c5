// decode_bmp: Windows and OS/2 bitmaps, with or without a file header: 1 to 32 bits, RLE4, RLE8, bit fields -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/byte_view.hpp"
#include "core/base/failure.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

// "BM", or the size of a header that may follow it: a DIB is a BMP without its file header.
bool begins_like_bmp(const ByteView& file);

[[nodiscard]] std::optional<Failure> decode_bmp(std::span<const std::byte> bytes, std::int64_t max_pixels, RowSink& sink);

}  // namespace coulis
