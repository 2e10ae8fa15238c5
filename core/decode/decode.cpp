#include "core/decode/decode.hpp"

#include <fmt/format.h>

#include <array>
#include <new>
#include <utility>

#include "core/decode/bmp.hpp"
#include "core/decode/byte_view.hpp"
#include "core/decode/failures.hpp"
#include "core/decode/gif.hpp"
#include "core/decode/jpeg.hpp"
#include "core/decode/orientation.hpp"
#include "core/decode/png.hpp"
#include "core/decode/tiff.hpp"
#include "core/decode/webp.hpp"

namespace coulis {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t offset;
  std::string_view text;
  std::string_view name;
};

// Formats that we do not read, for a message that helps.
constexpr std::array kForeign = {
    Signature{4, "ftyphei"sv, "HEIC"},
    Signature{4, "ftypmif1"sv, "HEIF"},
    Signature{4, "ftypavi"sv, "AVIF"},
    Signature{0, "8BPS"sv, "PSD"},
    Signature{0, "\xFF\x0A"sv, "JPEG XL"},
    Signature{0, "\0\0\0\x0CJXL "sv, "JPEG XL"},
    Signature{0, "\xFF\x4F\xFF\x51"sv, "JPEG 2000"},
    Signature{0, "\0\0\0\x0CjP  "sv, "JPEG 2000"},
    Signature{0, "\0\0\1\0"sv, "ICO"},
    Signature{0, "qoif"sv, "QOI"},
    Signature{0, "II\xBC\1"sv, "JPEG XR"},
    Signature{0, "#?RADIANCE"sv, "Radiance HDR"},
    Signature{0, "\x76\x2F\x31\x01"sv, "OpenEXR"},
    Signature{0, "DDS "sv, "DDS"},
};

Failure refuse_unknown(ByteView file) {
  for (const Signature& known : kForeign) {
    if (file.has_text(known.offset, known.text)) return unsupported(fmt::format("{} images are not read", known.name));
  }
  if (file.has_text(0, "\0\5\x16\7"sv)) {  // RFC 1740
    return {Stage::kDecode, FailureCode::kNotAnImage, "Notes that macOS keeps beside a file of this name without '._' (AppleDouble)"};
  }
  return {Stage::kDecode, FailureCode::kNotAnImage, "The file does not begin like a JPEG, PNG, WebP, GIF, BMP or TIFF"};
}

Outcome<Image> decode_format(Format format, std::span<const std::byte> bytes, std::int64_t max_pixels) {
  switch (format) {
    case Format::kJpeg: return decode_jpeg(bytes, max_pixels);
    case Format::kPng: return decode_png(bytes, max_pixels);
    case Format::kWebp: return decode_webp(bytes, max_pixels);
    case Format::kGif: return decode_gif(bytes, max_pixels);
    case Format::kBmp: return decode_bmp(bytes, max_pixels);
    case Format::kTiff: return decode_tiff(bytes, max_pixels);
  }
  return corrupt("Unknown format");
}

}  // namespace

std::string_view to_string(Format format) {
  switch (format) {
    case Format::kJpeg: return "jpeg";
    case Format::kPng: return "png";
    case Format::kWebp: return "webp";
    case Format::kGif: return "gif";
    case Format::kBmp: return "bmp";
    case Format::kTiff: return "tiff";
  }
  return "unknown";
}

std::optional<Format> sniff_format(std::span<const std::byte> bytes) {
  const ByteView file{bytes};
  if (file.has_text(0, "\xFF\xD8\xFF")) return Format::kJpeg;
  if (file.has_text(0, "\x89PNG\r\n\x1A\n")) return Format::kPng;
  if (file.has_text(0, "RIFF") && file.has_text(8, "WEBP")) return Format::kWebp;
  if (file.has_text(0, "GIF87a") || file.has_text(0, "GIF89a")) return Format::kGif;
  if (file.has_text(0, "BM")) return Format::kBmp;
  for (const std::string_view tiff : {"II*\0"sv, "MM\0*"sv, "II+\0"sv, "MM\0+"sv}) {  // + is BigTIFF
    if (file.has_text(0, tiff)) return Format::kTiff;
  }
  return std::nullopt;
}

Outcome<Image> decode(std::span<const std::byte> bytes, const DecodeOptions& options) {
  if (bytes.empty()) return Failure{Stage::kDecode, FailureCode::kEmpty, "The file has no bytes"};
  const std::optional<Format> maybe_format = sniff_format(bytes);
  if (!maybe_format) return refuse_unknown({bytes});
  try {
    Outcome<Image> image = decode_format(*maybe_format, bytes, options.max_pixels);
    if (!image || !options.exif_orientation) return image;
    return turn(std::move(image.value()), find_orientation(bytes, *maybe_format));
  } catch (const std::bad_alloc&) {
    return too_large("There is not enough memory for the pixels of this image");
  }
}

}  // namespace coulis
