#include "core/decode/metadata.hpp"

#include <algorithm>
#include <string_view>

#include "core/base/byte_view.hpp"
#include "core/decode/jxl.hpp"
#include "core/decode/png_chunks.hpp"
#include "core/decode/webp.hpp"

namespace coulis {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kExifPrefix = "Exif\0\0"sv;

std::string_view text_of(const ByteView& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool has_length(int marker) {
  const bool stands_alone = marker == 0xC8 || (marker >= 0xD0 && marker <= 0xD9) || (marker >= 0xF0 && marker <= 0xFD);
  return marker >= 0xC0 && !stands_alone;
}

// Segments up to the first scan, with any bytes between them.
// Several EXIF segments are parts of one; the last XMP counts.
Metadata find_in_jpeg(ByteView file) {
  file.big_endian = true;
  Metadata found;
  std::uint64_t at = 2;
  while (file.has(at, 2)) {
    if (file.u8(at) != 0xFF) {
      ++at;
      continue;
    }
    const int marker = file.u8(at + 1);
    if (marker == 0xFF) {  // a fill byte
      ++at;
      continue;
    }
    at += 2;
    if (!has_length(marker)) continue;
    const std::uint64_t length = std::max<std::uint64_t>(file.u16(at), 2);
    if (marker == 0xDA || !file.has(at, length)) break;
    const std::string_view segment = text_of({file.bytes.subspan(at + 2, length - 2)});
    constexpr std::string_view kXmpPrefix = "http://ns.adobe.com/xap/1.0/\0"sv;
    if (marker == 0xE1 && segment.starts_with(kExifPrefix)) found.exif += found.exif.empty() ? segment : segment.substr(kExifPrefix.size());
    if (marker == 0xE1 && segment.starts_with(kXmpPrefix)) found.xmp = segment.substr(kXmpPrefix.size());
    at += length;
  }
  return found;
}

// ImageMagick's: a line break, "exif", the size in bytes, then the bytes in hexadecimal lines.
std::string read_raw_profile(std::string_view text) {
  for (int line = 0; line < 3; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string bytes;
  bool is_half = false;
  for (const char c : text) {
    if (" \t\n\r\f\v"sv.find(c) != std::string_view::npos) continue;
    const std::size_t digit = "0123456789abcdef0123456789ABCDEF"sv.find(c);
    if (digit == std::string_view::npos) return {};
    if (is_half) {
      bytes.back() = static_cast<char>(static_cast<unsigned char>(bytes.back()) * 16 + digit % 16);
    } else {
      bytes += static_cast<char>(digit % 16);
    }
    is_half = !is_half;
  }
  return bytes;
}

Metadata find_in_png(ByteView file) {
  constexpr std::string_view kExif = "exif", kRawProfile = "Raw profile type exif", kXmp = "XML:com.adobe.xmp";
  Metadata found;
  for (const PngText& text : read_png_texts(file, {kExif, kRawProfile, kXmp})) {
    if (text.key == kXmp) found.xmp = text.value;
    if (text.key == kExif) found.exif = text.value;
    if (text.key == kRawProfile && found.exif.empty()) found.exif = read_raw_profile(text.value);
  }
  visit_png_chunks(file, [&](const PngChunk& chunk) {
    if (chunk.name == "eXIf") found.exif = text_of(chunk.data);
  });
  return found;
}

}  // namespace

Metadata find_metadata(std::span<const std::byte> bytes, Format format) {
  Metadata found;
  if (format == Format::kJpeg) found = find_in_jpeg({bytes});
  if (format == Format::kPng) found = find_in_png({bytes});
  if (format == Format::kWebp) found = {find_webp_chunk(bytes, "EXIF"), find_webp_chunk(bytes, "XMP ")};
  if (format == Format::kJxl) found = find_in_jxl(bytes);
  for (int times = 0; times < 2 && found.exif.starts_with(kExifPrefix); ++times) found.exif.erase(0, kExifPrefix.size());
  return found;
}

}  // namespace coulis
