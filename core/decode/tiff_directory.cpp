#include "core/decode/tiff_directory.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

namespace coulis {
namespace {

using namespace std::string_view_literals;

enum Type : std::uint16_t {
  kByte = 1,
  kAscii = 2,
  kShort = 3,
  kLong = 4,
  kRational = 5,
  kSignedByte = 6,
  kUndefined = 7,
  kSignedShort = 8,
  kSignedLong = 9,
  kSignedRational = 10,
  kFloat = 11,
  kDouble = 12,
  kIfd = 13,
  kLong8 = 16
};
constexpr std::array<std::uint8_t, 17> kBytesOfType = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8};  // [type]; 0: not known

// Numbers as wide as an offset: 4 bytes, or 8 in a BigTIFF.
struct Words {
  ByteView file;
  std::uint64_t bytes;

  std::uint64_t at(std::uint64_t offset) const { return bytes == 8 ? file.u64(offset) : file.u32(offset); }
};

ByteView cut_out(const ByteView& file, std::uint64_t offset, std::uint64_t count) {
  return {file.bytes.subspan(offset, count), file.big_endian};
}

}  // namespace

bool TiffTag::is_bytes() const {
  return type == kByte || type == kAscii || type == kUndefined;
}

bool TiffTag::is_byte() const {
  return type == kByte;
}

bool TiffTag::is_text() const {
  return type == kAscii;
}

bool TiffTag::is_integer() const {
  return !is_bytes() && type != kRational && type != kSignedRational && type != kFloat && type != kDouble;
}

std::size_t TiffTag::count() const {
  return bytes.size() / kBytesOfType[type];
}

double TiffTag::value(std::size_t i) const {
  const std::uint64_t at = i * kBytesOfType[type];
  switch (type) {
    case kShort: return bytes.u16(at);
    case kLong:
    case kIfd: return bytes.u32(at);
    case kLong8: return static_cast<double>(bytes.u64(at));
    case kSignedByte: return static_cast<std::int8_t>(bytes.u8(at));
    case kSignedShort: return static_cast<std::int16_t>(bytes.u16(at));
    case kSignedLong: return static_cast<std::int32_t>(bytes.u32(at));
    case kRational:  // division by 0 gives NaN or infinity, which equals no valid value
      return static_cast<double>(bytes.u32(at)) / static_cast<double>(bytes.u32(at + 4));
    case kSignedRational:
      return static_cast<double>(static_cast<std::int32_t>(bytes.u32(at))) / static_cast<std::int32_t>(bytes.u32(at + 4));
    case kFloat: return std::bit_cast<float>(bytes.u32(at));
    case kDouble: return std::bit_cast<double>(bytes.u64(at));
    default: return bytes.u8(at);
  }
}

std::optional<TiffHeader> read_tiff_header(ByteView file) {
  // The second of each order is a BigTIFF; the third has the version in the wrong byte order.
  for (const std::string_view little : {"II*\0"sv, "II+\0"sv, "II\0*"sv}) {
    if (file.has_text(0, little)) return TiffHeader{{file.bytes, false}, little[2] == '+'};
  }
  for (const std::string_view big : {"MM\0*"sv, "MM\0+"sv, "MM*\0"sv}) {
    if (file.has_text(0, big)) return TiffHeader{{file.bytes, true}, big[3] == '+'};
  }
  return std::nullopt;
}

TiffDirectory::TiffDirectory(const TiffHeader& header) {
  const Words words{header.file, header.is_big ? 8U : 4U};
  const ByteView& file = header.file;
  const std::uint64_t count_bytes = header.is_big ? 8 : 2;
  const std::uint64_t entry_bytes = 4 + 2 * words.bytes;  // tag and type (2 bytes each), count of values, the values or where they are
  const std::uint64_t directory = words.at(words.bytes);
  if (!file.has(0, 2 * words.bytes) || !file.has(directory, count_bytes)) return;
  const std::uint64_t entries = header.is_big ? file.u64(directory) : file.u16(directory);
  std::uint64_t outside_bytes = 0;  // of all values outside the directory: more than the file has is not believed
  bool has_cut_value = false;
  for (std::uint64_t i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + count_bytes + i * entry_bytes;
    if (!file.has(entry, entry_bytes)) return;
    const std::uint16_t number = file.u16(entry);
    const std::uint16_t type = file.u16(entry + 2);
    if (type >= kBytesOfType.size() || kBytesOfType[type] == 0 || tags_.contains(number)) continue;
    const std::uint64_t count = std::min<std::uint64_t>(words.at(entry + 4), file.size() + 1);
    const std::uint64_t value_bytes = count * kBytesOfType[type];
    std::uint64_t at = entry + 4 + words.bytes;
    if (value_bytes > words.bytes) {
      at = words.at(at);
      outside_bytes = std::min(outside_bytes + value_bytes, std::uint64_t{file.size()} + 1);
      const bool is_beyond = !file.has(at, value_bytes);
      has_cut_value = has_cut_value || is_beyond;
      if (outside_bytes > file.size()) continue;
      if (is_beyond) return;
    }
    if (count > 0) tags_[number] = {type, cut_out(file, at, value_bytes)};
  }
  is_cut_ = has_cut_value;
}

const TiffTag* TiffDirectory::find(int tag) const {
  const auto found = tags_.find(tag);
  return found == tags_.end() ? nullptr : &found->second;
}

double TiffDirectory::number(int tag, double if_missing) const {
  const TiffTag* found = find(tag);
  if (found == nullptr) return if_missing;
  return found->is_bytes() ? std::numeric_limits<double>::quiet_NaN() : found->value(0);
}

}  // namespace coulis
