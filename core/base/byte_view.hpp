// ByteView: numbers at offsets of a byte string, in either byte order. Reads past the end give 0, so ask has() where it matters.
#pragma once

#include <algorithm>
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
  bool has_text(std::uint64_t offset, std::string_view wanted) const {
    return has(offset, wanted.size()) && text(offset, wanted.size()) == wanted;
  }
  std::uint8_t u8(std::uint64_t offset) const { return number<std::uint8_t>(offset); }
  std::uint16_t u16(std::uint64_t offset) const { return number<std::uint16_t>(offset); }
  std::uint32_t u32(std::uint64_t offset) const { return number<std::uint32_t>(offset); }
  std::uint64_t u64(std::uint64_t offset) const { return number<std::uint64_t>(offset); }
  const std::uint8_t* data(std::uint64_t offset = 0) const { return reinterpret_cast<const std::uint8_t*>(bytes.data()) + offset; }

  // As far as the bytes go.
  ByteView from(std::uint64_t offset, std::uint64_t count = UINT64_MAX) const {
    const std::uint64_t begin = std::min<std::uint64_t>(offset, size());
    return {bytes.subspan(begin, std::min<std::uint64_t>(count, size() - begin)), big_endian};
  }
  std::string_view text(std::uint64_t offset, std::uint64_t count) const {
    const ByteView part = from(offset, count);
    return {reinterpret_cast<const char*>(part.bytes.data()), part.size()};
  }

 private:
  template <class T>
  T number(std::uint64_t offset) const {
    if (!has(offset, sizeof(T))) return 0;
    const std::uint8_t* first = data(offset);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = value << 8U | first[big_endian ? i : sizeof(T) - 1 - i];
    return static_cast<T>(value);
  }
};

}  // namespace coulis
