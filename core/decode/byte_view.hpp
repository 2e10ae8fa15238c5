// ByteView: numbers at offsets of a byte string, in either byte order. Reads past the end give 0, so ask has() where it matters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace coulis {

struct ByteView {
  std::span<const std::byte> bytes;
  bool big_endian = false;

  std::size_t size() const { return bytes.size(); }
  bool has(std::uint64_t offset, std::uint64_t count) const { return offset <= size() && count <= size() - offset; }
  bool has_text(std::uint64_t offset, std::string_view text) const;
  std::uint8_t u8(std::uint64_t offset) const;
  std::uint16_t u16(std::uint64_t offset) const;
  std::uint32_t u32(std::uint64_t offset) const;
  std::uint64_t u64(std::uint64_t offset) const;
  const std::uint8_t* data(std::uint64_t offset = 0) const { return reinterpret_cast<const std::uint8_t*>(bytes.data()) + offset; }
  ByteView from(std::uint64_t offset) const { return {bytes.subspan(offset < size() ? offset : size()), big_endian}; }
};

}  // namespace coulis
