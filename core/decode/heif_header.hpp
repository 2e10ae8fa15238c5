// What a HEIF or AVIF says before a library decodes anything.
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/byte_view.hpp"
#include "core/base/failure.hpp"

namespace coulis {

struct HeifHeader {
  bool is_cut = false;     // the file is shorter than its boxes say
  bool has_items = false;  // still images
  bool is_grey = false;    // each coded image of the file is
  int orientation = 1;     // `irot` and `imir` of the primary image, as EXIF counts them

  // The most that one decoder or canvas allocates for the primary image. Coded in blocks: up to 64 pixels more each way than is shown.
  std::int64_t coded_width = 0;
  std::int64_t coded_height = 0;
};

HeifHeader read_heif_header(ByteView file);

// A file that is cut, has no still image, or would be decoded to more than max_pixels: a decoder allocates what the bitstream says,
// whatever the boxes do.
std::optional<Failure> refuse_heif(const HeifHeader& header, std::int64_t max_pixels);

}  // namespace coulis
