// decode: the bytes of an image file -> RGB pixels, as Pillow's Image.open(...).convert("RGB") gives them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/enum_names.hpp"
#include "core/base/field.hpp"
#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"
#include "core/decode/row_sink.hpp"

namespace coulis {

enum class Decoding { kFull, kScaled };

template <>
struct EnumNames<Decoding> {
  static constexpr std::string_view kWhat = "kind of decoding";
  static constexpr std::array<std::pair<Decoding, std::string_view>, 2> kAll = {{{Decoding::kFull, "full"}, {Decoding::kScaled, "scaled"}}};
};

struct DecodeOptions {
  std::int64_t max_pixels = 89'478'485;  // Pillow's MAX_IMAGE_PIXELS; more is kTooLarge, refused before allocation
  bool exif_orientation = false;  // turn the photo as its EXIF says; off, as in Pillow and Keras (a TIFF is always turned, as in Pillow)
  Decoding decoding = Decoding::kFull;
};

template <OptionsOf<DecodeOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("max-pixels", "Refuse photos with more pixels than this", Affects::kFeatures, {1, 1e15}), o.max_pixels);
  v(Field("exif-orientation", "Rotate photos as their EXIF orientation says", Affects::kFeatures), o.exif_orientation);
  v(Field("decode", "Decode large JPEGs in full, or scaled to at least twice the network's input: faster, less exact", Affects::kFeatures),
    o.decoding);
}

enum class Format { kJpeg, kPng, kWebp, kGif, kBmp, kTiff, kHeif, kAvif, kJxl };

template <>
struct EnumNames<Format> {
  static constexpr std::string_view kWhat = "format";
  static constexpr std::array<std::pair<Format, std::string_view>, 9> kAll = {{
      {Format::kJpeg, "jpeg"},
      {Format::kPng, "png"},
      {Format::kWebp, "webp"},
      {Format::kGif, "gif"},
      {Format::kBmp, "bmp"},
      {Format::kTiff, "tiff"},
      {Format::kHeif, "heif"},
      {Format::kAvif, "avif"},
      {Format::kJxl, "jxl"},
  }};
};

// By content (the first bytes), never by name.
std::optional<Format> sniff_format(std::span<const std::byte> bytes);

// Equals Pillow to the byte: 16-bit grey is clipped at 255, not scaled, alpha is dropped, ICC profiles are ignored.
// Thread-safe: keeps no state. Anything wrong with the bytes is a Failure{kDecode, ...}; it never throws on bad input.
// The rows go to `sink` as they are made. After a failure the sink may hold some of them.
[[nodiscard]] std::optional<Failure> decode(std::span<const std::byte> bytes, const DecodeOptions& options, RowSink& sink);
// The whole image; with kScaled, no smaller than `least` unless it is stored smaller.
Outcome<Image> decode(std::span<const std::byte> bytes, const DecodeOptions& options = {}, PixelSize least = {});

}  // namespace coulis
