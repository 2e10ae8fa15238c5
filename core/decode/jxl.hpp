// decode_jxl: JPEG XL, bare or in its container -> RGB; of an animation, the first frame.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "core/base/byte_view.hpp"
#include "core/base/failure.hpp"
#include "core/decode/decode.hpp"
#include "core/decode/metadata.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

bool begins_like_jxl(ByteView file);

// Turned as its codestream says. A JPEG that was packed losslessly is unpacked and decoded as that JPEG.
[[nodiscard]] std::optional<Failure> decode_jxl(std::span<const std::byte> bytes, const DecodeOptions& options, RowSink& sink);

// The EXIF and XMP of the packed JPEG; else the first uncompressed box `Exif`: where pillow-jxl-plugin looks.
Metadata find_in_jxl(std::span<const std::byte> bytes);

}  // namespace coulis
