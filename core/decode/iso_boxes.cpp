#include "core/decode/iso_boxes.hpp"

#include <algorithm>

namespace coulis {

std::vector<IsoBox> list_boxes(ByteView bytes) {
  bytes.big_endian = true;
  std::vector<IsoBox> boxes;
  std::uint64_t at = 0;
  while (bytes.has(at, 8)) {
    std::uint64_t header = 8;
    std::uint64_t size = bytes.u32(at);
    if (size == 1) {
      header = 16;
      size = bytes.u64(at + 8);
    } else if (size == 0) {  // up to the end
      size = bytes.size() - at;
    }
    if (size < header) break;
    const bool is_cut = !bytes.has(at, size);
    const std::uint64_t end = is_cut ? bytes.size() : at + size;
    const std::uint64_t begin = std::min(at + header, end);
    boxes.push_back({{reinterpret_cast<const char*>(bytes.data(at + 4)), 4}, {bytes.bytes.subspan(begin, end - begin), true}, is_cut});
    at = end;
  }
  return boxes;
}

ByteView find_box(const std::vector<IsoBox>& boxes, std::string_view type) {
  const auto found = std::find_if(boxes.begin(), boxes.end(), [&](const IsoBox& box) { return box.type == type; });
  return found == boxes.end() ? ByteView{{}, true} : found->content;
}

}  // namespace coulis
