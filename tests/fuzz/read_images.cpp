#include <array>
#include <functional>
#include <string_view>

#include "core/decode/bmp.hpp"
#include "core/decode/gif.hpp"
#include "core/decode/heif.hpp"
#include "core/decode/jpeg.hpp"
#include "core/decode/jxl.hpp"
#include "core/decode/orientation.hpp"
#include "core/decode/png.hpp"
#include "core/decode/tiff.hpp"
#include "core/decode/webp.hpp"
#include "tests/fuzz/readers.hpp"

namespace coulis {
namespace {

constexpr std::int64_t kMaxPixels = 1 << 20;  // so that a mutant takes milliseconds

template <class Decode>
Reading read_image(Format format, std::span<const std::byte> bytes, Decode&& decode) {
  if (sniff_format(bytes) != format) return {"not_an_image"};
  const Outcome<Image> image = decode(bytes, kMaxPixels);
  if (!image) return {std::string(to_string(image.failure().code))};
  const std::string_view pixels(reinterpret_cast<const char*>(image.value().data()), image.value().size_bytes());
  return {"ok", std::hash<std::string_view>{}(pixels) + static_cast<std::size_t>(image.value().width())};
}

// CRC-32 of ISO 3309, as PNG wants it.
std::uint32_t checksum_of(std::span<const std::byte> bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::byte byte : bytes) {
    crc ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320 : 0);
  }
  return ~crc;
}

}  // namespace

Reading read_jpeg(std::span<const std::byte> bytes) {
  return read_image(Format::kJpeg, bytes, decode_jpeg);
}
Reading read_png(std::span<const std::byte> bytes) {
  return read_image(Format::kPng, bytes, decode_png);
}
Reading read_webp(std::span<const std::byte> bytes) {
  return read_image(Format::kWebp, bytes, decode_webp);
}
Reading read_gif(std::span<const std::byte> bytes) {
  return read_image(Format::kGif, bytes, decode_gif);
}
Reading read_bmp(std::span<const std::byte> bytes) {
  return read_image(Format::kBmp, bytes, decode_bmp);
}
Reading read_tiff(std::span<const std::byte> bytes) {
  return read_image(Format::kTiff, bytes, decode_tiff);
}
Reading read_heif(std::span<const std::byte> bytes) {
  return read_image(Format::kHeif, bytes, decode_heif);
}
Reading read_avif(std::span<const std::byte> bytes) {
  return read_image(Format::kAvif, bytes, decode_avif);
}
Reading read_jxl(std::span<const std::byte> bytes) {
  return read_image(Format::kJxl, bytes, decode_jxl);
}

Reading read_orientation(std::span<const std::byte> bytes) {
  std::size_t digest = 0;
  for (const Format format : {Format::kJpeg, Format::kPng, Format::kWebp, Format::kAvif, Format::kJxl}) {
    const int orientation = find_orientation(bytes, format);
    const Image turned = turn(Image(2, 3), orientation);
    digest = digest * 65536 + static_cast<std::size_t>(orientation) + static_cast<std::size_t>(turned.width());
  }
  return {"ok", digest};
}

void repair_png_checksums(std::span<std::byte> bytes) {
  const auto u32 = [&](std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    return value;
  };
  constexpr std::size_t kSignatureBytes = 8;
  std::size_t at = kSignatureBytes;
  while (at + 12 <= bytes.size() && u32(at) <= bytes.size() - at - 12) {  // length, type, data, checksum
    const std::size_t length = u32(at);
    const std::uint32_t checksum = checksum_of(bytes.subspan(at + 4, 4 + length));
    for (std::size_t i = 0; i < 4; ++i) bytes[at + 8 + length + i] = static_cast<std::byte>(checksum >> (24 - 8 * i));
    at += 12 + length;
  }
}

}  // namespace coulis
