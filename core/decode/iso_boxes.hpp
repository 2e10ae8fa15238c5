// The boxes that a file after ISO 14496-12 (HEIF, AVIF, JPEG XL) is made of.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/byte_view.hpp"

namespace coulis {

struct IsoBox {
  std::string_view type;
  ByteView content;     // big-endian, what follows size and type
  bool is_cut = false;  // its size is more than the bytes that are there
};

// The boxes that follow each other from the first byte. Ends at one that is cut, or at bytes that are no box.
std::vector<IsoBox> list_boxes(ByteView bytes);

// The first of a type; its content is empty if there is none.
ByteView find_box(const std::vector<IsoBox>& boxes, std::string_view type);

}  // namespace coulis
