// encode_jpeg: RGB pixels -> the bytes of a JPEG.
#pragma once

#include <cstddef>
#include <vector>

#include "core/decode/image.hpp"

namespace coulis {

enum class JpegEffort {
  kSmall,  // Huffman tables made for the image
  kQuick,  // the standard's tables, and a DCT that rounds more: half the time, a tenth more bytes
};

// Baseline, 4:2:0; quality 1 to 100. The same pixels give the same bytes. Throws Error(kRunFailed) if libjpeg refuses.
std::vector<std::byte> encode_jpeg(const ImageView& image, int quality, JpegEffort effort = JpegEffort::kSmall);

}  // namespace coulis
