// The boxes of an ISO 14496-12 file (HEIF, AVIF, JPEG XL).
#pragma once

#include <string_view>
#include <vector>

#include "core/base/byte_view.hpp"

namespace coulis {

struct IsoBox {
  std::string_view type;
  ByteView content;     // big-endian, what follows size and type
  bool is_cut = false;  // its size is more than the bytes that follow
};

// The boxes one after the other from the first byte. Ends at a truncated box, or at bytes that are not a box.
std::vector<IsoBox> list_boxes(ByteView bytes);

// The first of a type; its content is empty if there is none.
ByteView find_box(const std::vector<IsoBox>& boxes, std::string_view type);

}  // namespace coulis
