// decode_gif: the first frame of a GIF on its canvas -> RGB.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/failure.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

[[nodiscard]] std::optional<Failure> decode_gif(std::span<const std::byte> bytes, std::int64_t max_pixels, RowSink& sink);

}  // namespace coulis
