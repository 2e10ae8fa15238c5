#include "core/decode/orientation.hpp"

#include <cstring>
#include <utility>

#include "core/decode/byte_view.hpp"

namespace coulis {
namespace {

// exif: a TIFF header and its first directory.
int read_orientation(ByteView exif) {
  exif.big_endian = exif.has_text(0, "MM");
  if (!exif.big_endian && !exif.has_text(0, "II")) return 1;
  constexpr int kOrientation = 0x0112;
  constexpr int kShort = 3;
  constexpr int kLong = 4;
  const std::uint64_t directory = exif.u32(4);
  const int entries = exif.u16(directory);
  for (int i = 0; i < entries; ++i) {
    const std::uint64_t entry = directory + 2 + static_cast<std::uint64_t>(i) * 12;  // tag, type, count, value
    if (!exif.has(entry, 12)) return 1;
    if (exif.u16(entry) != kOrientation || exif.u32(entry + 4) != 1) continue;
    if (exif.u16(entry + 2) == kShort) return exif.u16(entry + 8);
    if (exif.u16(entry + 2) == kLong) return static_cast<int>(exif.u32(entry + 8) & 0xFFFF);
  }
  return 1;
}

int find_in_jpeg(ByteView file) {
  file.big_endian = true;
  std::uint64_t at = 2;
  while (file.has(at, 4)) {
    if (file.u8(at) != 0xFF) return 1;
    const int marker = file.u8(at + 1);
    if (marker == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    if (marker == 0xDA || marker == 0xD9) return 1;  // the scan, or the end
    if (marker == 0xE1 && file.has_text(at + 4, std::string_view("Exif\0\0", 6))) return read_orientation(file.from(at + 10));
    at += 2 + file.u16(at + 2);
  }
  return 1;
}

int find_in_png(ByteView file) {
  file.big_endian = true;
  std::uint64_t at = 8;
  while (file.has(at, 12)) {  // length, type, data, CRC
    if (file.has_text(at + 4, "eXIf")) return read_orientation(file.from(at + 8));
    at += 12 + std::uint64_t{file.u32(at)};
  }
  return 1;
}

int find_in_webp(ByteView file) {
  std::uint64_t at = 12;
  while (file.has(at, 8)) {  // type, length, data padded to an even length
    const std::uint64_t length = file.u32(at + 4);
    if (file.has_text(at, "EXIF")) {
      const bool has_prefix = file.has_text(at + 8, std::string_view("Exif\0\0", 6));
      return read_orientation(file.from(at + 8 + (has_prefix ? 6 : 0)));
    }
    at += 8 + length + length % 2;
  }
  return 1;
}

}  // namespace

int find_orientation(std::span<const std::byte> bytes, Format format) {
  switch (format) {
    case Format::kJpeg: return find_in_jpeg({bytes});
    case Format::kPng: return find_in_png({bytes});
    case Format::kWebp: return find_in_webp({bytes});
    case Format::kTiff:  // decode_tiff has turned it already: Pillow always does
    case Format::kGif:
    case Format::kBmp: return 1;
  }
  return 1;
}

Image turn(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  const bool swaps_sides = orientation >= 5;
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;  // of the stored image
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  const int width = image.width();
  const int height = image.height();
  Image turned(swaps_sides ? height : width, swaps_sides ? width : height);
  for (int y = 0; y < turned.height(); ++y) {
    std::uint8_t* out = turned.row(y);
    for (int x = 0; x < turned.width(); ++x, out += 3) {
      const int column = swaps_sides ? y : x;
      const int row = swaps_sides ? x : y;
      const int from_x = from_right ? width - 1 - column : column;
      const int from_y = from_bottom ? height - 1 - row : row;
      std::memcpy(out, image.row(from_y) + static_cast<std::ptrdiff_t>(from_x) * 3, 3);
    }
  }
  return turned;
}

}  // namespace coulis
