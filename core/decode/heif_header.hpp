// What the boxes of a HEIF or AVIF say, read before a library decodes anything.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/byte_view.hpp"
#include "core/base/failure.hpp"

namespace coulis {

struct HeifHeader {
  bool is_cut = false;           // the file is shorter than its boxes say
  bool has_items = false;        // still images
  bool is_grey = false;          // each coded image of the file is
  bool suits_libavcodec = true;  // HEVC of the usual profiles and depths
  int orientation = 1;           // `irot` and `imir` of the primary image, as EXIF counts them

  // The most that one decoder or canvas allocates for the primary image.
  // It is coded in blocks: up to 64 pixels wider and higher than is shown.
  std::int64_t coded_width = 0;
  std::int64_t coded_height = 0;
};

HeifHeader read_heif_header(ByteView file);

// Refuses a file that is truncated, has no still image, or would be decoded to more
// than max_pixels: a decoder allocates what the bitstream says, whatever the boxes say.
std::optional<Failure> refuse_heif(const HeifHeader& header, std::int64_t max_pixels);

}  // namespace coulis
