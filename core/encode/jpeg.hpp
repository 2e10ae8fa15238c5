// encode_jpeg: RGB pixels -> the bytes of a JPEG.
#pragma once

#include <cstddef>
#include <vector>

#include "core/decode/image.hpp"

namespace coulis {

// Baseline, 4:2:0, optimised tables; quality 1 to 100. The same pixels give the same bytes. Throws Error(kRunFailed) if libjpeg refuses.
std::vector<std::byte> encode_jpeg(const ImageView& image, int quality);

}  // namespace coulis
