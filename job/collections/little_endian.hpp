// LittleEndian: numbers in bytes. What lies behind the end is zero.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace coulis {

class LittleEndian {
 public:
  explicit LittleEndian(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::size_t size() const { return bytes_.size(); }
  std::uint16_t u16(std::size_t at) const { return static_cast<std::uint16_t>(number(at, 2)); }
  std::uint32_t u32(std::size_t at) const { return static_cast<std::uint32_t>(number(at, 4)); }
  std::uint64_t u64(std::size_t at) const { return number(at, 8); }
  LittleEndian from(std::size_t at, std::size_t size) const {
    at = std::min(at, bytes_.size());
    return LittleEndian(bytes_.subspan(at, std::min(size, bytes_.size() - at)));
  }
  std::string text(std::size_t at, std::size_t size) const {
    const LittleEndian part = from(at, size);
    return {reinterpret_cast<const char*>(part.bytes_.data()), part.size()};
  }

 private:
  std::uint64_t number(std::size_t at, std::size_t size) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size && at + i < bytes_.size(); ++i) value |= std::to_integer<std::uint64_t>(bytes_[at + i]) << (8 * i);
    return value;
  }

  std::span<const std::byte> bytes_;
};

}  // namespace coulis
