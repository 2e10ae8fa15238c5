#include "core/decode/tiff_directory.hpp"

#include <array>

namespace coulis {
namespace {

constexpr std::array<std::uint64_t, 19> kBytesOfType = {1, 1, 1, 2, 4, 8, 1, 1, 2, 4,
                                                        8, 4, 8, 4, 1, 1, 8, 8, 8};  // [type]; unknown ones: 1

// Where a number is as wide as an offset: 4 bytes, 8 in a BigTIFF.
struct Words {
  ByteView file;
  std::uint64_t bytes;

  std::uint64_t at(std::uint64_t offset) const { return bytes == 8 ? file.u64(offset) : file.u32(offset); }
};

// An entry: tag, type (2 bytes each), count of values, then the values or the place where they are.
bool is_value_cut(const Words& words, std::uint64_t entry) {
  const std::uint16_t type = words.file.u16(entry + 2);
  const std::uint64_t count = words.at(entry + 4);
  if (count > words.file.size()) return true;
  const std::uint64_t value_bytes = count * kBytesOfType[type < kBytesOfType.size() ? type : 0];
  return value_bytes > words.bytes && !words.file.has(words.at(entry + 4 + words.bytes), value_bytes);
}

}  // namespace

bool is_directory_cut(const ByteView& file) {
  constexpr std::uint16_t kBigTiff = 43;
  const bool is_big = file.u16(2) == kBigTiff;
  const Words words{file, is_big ? 8U : 4U};
  const std::uint64_t count_bytes = is_big ? 8 : 2;
  const std::uint64_t entry_bytes = 4 + 2 * words.bytes;
  const std::uint64_t directory = words.at(words.bytes);
  if (!file.has(0, 2 * words.bytes) || !file.has(directory, count_bytes)) return true;
  const std::uint64_t entries = is_big ? file.u64(directory) : file.u16(directory);
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + count_bytes + i * entry_bytes;
    if (!file.has(entry, entry_bytes) || is_value_cut(words, entry)) return true;
  }
  return false;
}

}  // namespace coulis
