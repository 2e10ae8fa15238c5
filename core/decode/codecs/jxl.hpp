// decode_jxl_pixels: a JPEG XL -> RGB, turned as its codestream says; of an animation, the first frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/outcome.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

[[nodiscard]] std::optional<Failure> decode_jxl_pixels(std::span<const std::byte> bytes, std::int64_t max_pixels, int orientation,
                                                       RowSink& sink);

// The JPEG that was packed losslessly.
Outcome<std::vector<std::uint8_t>> unpack_jpeg(std::span<const std::byte> bytes, std::int64_t max_pixels);

}  // namespace coulis
