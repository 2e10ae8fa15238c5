// decode_png: every kind of PNG -> RGB; of an animated one, the default image.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/failure.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

[[nodiscard]] std::optional<Failure> decode_png(std::span<const std::byte> bytes, std::int64_t max_pixels, int orientation, RowSink& sink);

}  // namespace coulis
