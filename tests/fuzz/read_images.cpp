#include <array>
#include <functional>
#include <string_view>

#include "core/decode/decode.hpp"
#include "core/decode/orientation.hpp"
#include "core/decode/turn.hpp"
#include "core/resample/resample.hpp"
#include "tests/fuzz/readers.hpp"

namespace coulis {
namespace {

constexpr std::int64_t kMaxPixels = 1 << 20;  // so that a mutant takes milliseconds

std::size_t digest_of(const ImageView& image) {
  const auto pixels = static_cast<std::size_t>(image.width) * static_cast<std::size_t>(image.height);
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(image.data), pixels * 3}) + static_cast<std::size_t>(image.width);
}

// The whole picture; and, turned and scaled, through a resampler.
Reading read_image(Format format, std::span<const std::byte> bytes) {
  if (sniff_format(bytes) != format) return {"not_an_image"};
  const Outcome<Image> image = decode(bytes, {.max_pixels = kMaxPixels});
  Resampler resampler({24, 16, Filter::kBilinear});
  const DecodeOptions turned_and_scaled{kMaxPixels, true, Decoding::kScaled};
  const std::optional<Failure> failure = decode(bytes, turned_and_scaled, resampler);
  if (!image && failure) return {std::string(to_string(image.failure().code))};
  return {"ok", image && !failure ? digest_of(image.value().view()) * 31 + digest_of(resampler.finish()) : 0};
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
  return read_image(Format::kJpeg, bytes);
}
Reading read_png(std::span<const std::byte> bytes) {
  return read_image(Format::kPng, bytes);
}
Reading read_webp(std::span<const std::byte> bytes) {
  return read_image(Format::kWebp, bytes);
}
Reading read_gif(std::span<const std::byte> bytes) {
  return read_image(Format::kGif, bytes);
}
Reading read_bmp(std::span<const std::byte> bytes) {
  return read_image(Format::kBmp, bytes);
}
Reading read_tiff(std::span<const std::byte> bytes) {
  return read_image(Format::kTiff, bytes);
}
Reading read_heif(std::span<const std::byte> bytes) {
  return read_image(Format::kHeif, bytes);
}
Reading read_avif(std::span<const std::byte> bytes) {
  return read_image(Format::kAvif, bytes);
}
Reading read_jxl(std::span<const std::byte> bytes) {
  return read_image(Format::kJxl, bytes);
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
