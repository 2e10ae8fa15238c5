// The pixels of an uncompressed TIFF, from where they lie in the file.
#pragma once

#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"
#include "core/decode/tiff_directory.hpp"
#include "core/decode/tiff_layout.hpp"

namespace coulis {

Outcome<Image> read_raw_tiff(const TiffHeader& header, const TiffDirectory& directory, const TiffPage& page);

}  // namespace coulis
