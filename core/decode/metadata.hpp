// The EXIF and XMP of a photo, where Pillow looks for them.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/decode/decode.hpp"

namespace coulis {

struct Metadata {
  std::string exif;  // begins as a TIFF; empty if there is none
  std::string xmp;
};

// Of a JPEG, PNG, WebP or JPEG XL. Pillow looks for none in a GIF or BMP, and a TIFF has its own directory.
Metadata find_metadata(std::span<const std::byte> bytes, Format format);

}  // namespace coulis
