// decode_avif: the primary image of an AVIF file -> RGB, as Pillow does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/base/failure.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

// As stored: find_orientation() tells how to turn it.
[[nodiscard]] std::optional<Failure> decode_avif(std::span<const std::byte> bytes, std::int64_t max_pixels, int orientation, RowSink& sink);

bool reads_av1();  // the libavif of this machine has a decoder

}  // namespace coulis
