#include "core/decode/decode.hpp"

#include <new>

#include "core/base/byte_view.hpp"
#include "core/decode/bmp.hpp"
#include "core/decode/codecs.hpp"
#include "core/decode/failures.hpp"
#include "core/decode/foreign.hpp"
#include "core/decode/gif.hpp"
#include "core/decode/image_sink.hpp"
#include "core/decode/iso_brands.hpp"
#include "core/decode/jpeg.hpp"
#include "core/decode/jxl.hpp"
#include "core/decode/orientation.hpp"
#include "core/decode/png.hpp"
#include "core/decode/tiff.hpp"
#include "core/decode/tiff_directory.hpp"
#include "core/decode/webp.hpp"

namespace coulis {
namespace {

std::optional<Failure> decode_format(Format format, std::span<const std::byte> bytes, const DecodeOptions& options, RowSink& sink) {
  const std::int64_t max_pixels = options.max_pixels;
  const bool finds_it_itself = format == Format::kTiff || format == Format::kJxl;
  const int noted = finds_it_itself ? 1 : find_orientation(bytes, format);
  const int orientation = options.exif_orientation ? noted : 1;
  sink.note_orientation(noted);
  switch (format) {
    case Format::kJpeg: return decode_jpeg(bytes, options, orientation, sink);
    case Format::kPng: return decode_png(bytes, max_pixels, orientation, sink);
    case Format::kWebp: return decode_webp(bytes, max_pixels, orientation, sink);
    case Format::kGif: return decode_gif(bytes, max_pixels, sink);
    case Format::kBmp: return decode_bmp(bytes, max_pixels, sink);
    case Format::kTiff: return decode_tiff(bytes, max_pixels, sink);
    case Format::kHeif:
    case Format::kAvif: break;
    case Format::kJxl: return decode_jxl(bytes, options, sink);
  }
  const Outcome<Codecs>& codecs = load_codecs();
  if (!codecs) return codecs.failure();
  if (format == Format::kHeif) return codecs.value().decode_heif(bytes, max_pixels, sink);
  return codecs.value().decode_avif(bytes, max_pixels, orientation, sink);
}

}  // namespace

std::optional<Format> sniff_format(std::span<const std::byte> bytes) {
  const ByteView file{bytes};
  if (file.has_text(0, "\xFF\xD8\xFF")) return Format::kJpeg;
  if (file.has_text(0, "\x89PNG\r\n\x1A\n")) return Format::kPng;
  if (file.has_text(0, "RIFF") && file.has_text(8, "WEBP")) return Format::kWebp;
  if (file.has_text(0, "GIF87a") || file.has_text(0, "GIF89a")) return Format::kGif;
  if (begins_like_bmp(file)) return Format::kBmp;
  if (read_tiff_header(file)) return Format::kTiff;
  if (begins_like_jxl(file)) return Format::kJxl;
  if (const auto maybe_format = sniff_iso_format(file)) return maybe_format;
  return std::nullopt;
}

std::optional<Failure> decode(std::span<const std::byte> bytes, const DecodeOptions& options, RowSink& sink) {
  if (bytes.empty()) return Failure{Stage::kDecode, FailureCode::kEmpty, "The file has no bytes"};
  const std::optional<Format> maybe_format = sniff_format(bytes);
  if (!maybe_format) return refuse_foreign({bytes});
  try {
    return decode_format(*maybe_format, bytes, options, sink);
  } catch (const std::bad_alloc&) {
    return too_large("There is not enough memory for the pixels of this image");
  }
}

Outcome<Image> decode(std::span<const std::byte> bytes, const DecodeOptions& options, PixelSize least) {
  ImageSink sink(least);
  if (const auto failure = decode(bytes, options, sink)) return *failure;
  return sink.finish();
}

}  // namespace coulis
