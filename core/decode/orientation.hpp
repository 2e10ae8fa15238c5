// EXIF orientation, as a file says it.
#pragma once

#include <cstddef>
#include <span>

#include "core/decode/decode.hpp"
#include "core/decode/tiff_directory.hpp"

namespace coulis {

// 1 (as stored) to 8, from the EXIF of a JPEG, PNG, WebP or JPEG XL, or from its XMP
// where EXIF says nothing; 1 where there is neither. For an AVIF, from its properties
// alone. libheif turns a HEIF, and its EXIF is ignored, as in pillow-heif.
int find_orientation(std::span<const std::byte> bytes, Format format);
int find_orientation(std::span<const std::byte> bytes);  // of any file; 1 for a TIFF, which is always turned

// The same for a TIFF, whose tags are its EXIF.
int orientation_of(const TiffDirectory& directory);

}  // namespace coulis
