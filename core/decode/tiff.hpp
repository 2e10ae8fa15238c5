// decode_tiff: the first page of a TIFF, turned as its Orientation says -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/failure.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

[[nodiscard]] std::optional<Failure> decode_tiff(std::span<const std::byte> bytes, std::int64_t max_pixels, RowSink& sink);

}  // namespace coulis
