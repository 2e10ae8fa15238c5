// The decoders of HEIC, AVIF and JPEG XL. They are in a module of their own, which is loaded
// with the first such photo (docs/decisions/0025): loading their libraries takes milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/outcome.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

// What the module exports, as the symbol `coulis_codecs`. The functions are described in core/decode/codecs.
struct Codecs {
  using Bytes = std::span<const std::byte>;

  std::optional<Failure> (*decode_heif)(Bytes bytes, std::int64_t max_pixels, RowSink& sink);
  std::optional<Failure> (*decode_avif)(Bytes bytes, std::int64_t max_pixels, int orientation, RowSink& sink);
  std::optional<Failure> (*decode_jxl_pixels)(Bytes bytes, std::int64_t max_pixels, int orientation, RowSink& sink);
  Outcome<std::vector<std::uint8_t>> (*unpack_jpeg)(Bytes bytes, std::int64_t max_pixels);
  bool (*reads_hevc)();
  bool (*reads_av1)();
};

// Loads the module at its first call, from any thread. A failure names what is missing.
const Outcome<Codecs>& load_codecs();

}  // namespace coulis
