// decode_jpeg: grey, YCbCr, RGB, CMYK and YCCK, baseline or progressive -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/failure.hpp"
#include "core/decode/decode.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

[[nodiscard]] std::optional<Failure> decode_jpeg(std::span<const std::byte> bytes, const DecodeOptions& options, int orientation,
                                                 RowSink& sink);

}  // namespace coulis
