#include "core/decode/byte_view.hpp"

#include <cstring>

namespace coulis {

bool ByteView::has_text(std::uint64_t offset, std::string_view text) const {
  return has(offset, text.size()) && std::memcmp(data(offset), text.data(), text.size()) == 0;
}

std::uint8_t ByteView::u8(std::uint64_t offset) const {
  return has(offset, 1) ? *data(offset) : 0;
}

std::uint16_t ByteView::u16(std::uint64_t offset) const {
  if (!has(offset, 2)) return 0;
  const std::uint32_t first = u8(offset);
  const std::uint32_t second = u8(offset + 1);
  return static_cast<std::uint16_t>(big_endian ? first << 8 | second : second << 8 | first);
}

std::uint32_t ByteView::u32(std::uint64_t offset) const {
  if (!has(offset, 4)) return 0;
  const std::uint32_t first = u16(offset);
  const std::uint32_t second = u16(offset + 2);
  return big_endian ? first << 16 | second : second << 16 | first;
}

std::uint64_t ByteView::u64(std::uint64_t offset) const {
  if (!has(offset, 8)) return 0;
  const std::uint64_t first = u32(offset);
  const std::uint64_t second = u32(offset + 4);
  return big_endian ? first << 32 | second : second << 32 | first;
}

}  // namespace coulis
