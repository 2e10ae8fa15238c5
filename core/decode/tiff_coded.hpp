// The pixels of a compressed TIFF, by libtiff.
#pragma once

#include "core/base/outcome.hpp"
#include "core/decode/byte_view.hpp"
#include "core/decode/image.hpp"
#include "core/decode/tiff_layout.hpp"

namespace coulis {

// page: as its directory says. Where libtiff sees another page in that directory, the file is refused, as Pillow refuses it.
Outcome<Image> read_coded_tiff(ByteView file, const TiffPage& page, std::int64_t max_pixels);

}  // namespace coulis
