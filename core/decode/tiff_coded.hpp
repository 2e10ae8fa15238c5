// The pixels of a compressed TIFF, by libtiff.
#pragma once

#include <optional>

#include "core/base/byte_view.hpp"
#include "core/base/failure.hpp"
#include "core/decode/row_sink.hpp"
#include "core/decode/tiff_layout.hpp"

namespace coulis {

// page: as its directory says. Where libtiff sees another page in that directory, the file is refused, as Pillow refuses it.
[[nodiscard]] std::optional<Failure> read_coded_tiff(ByteView file, const TiffPage& page, std::int64_t max_pixels, int orientation,
                                                     RowSink& sink);

}  // namespace coulis
