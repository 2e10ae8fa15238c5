// decode: the bytes of an image file -> RGB pixels, as Pillow's Image.open(...).convert("RGB") gives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/field.hpp"
#include "core/base/outcome.hpp"
#include "core/decode/image.hpp"

namespace coulis {

struct DecodeOptions {
  std::int64_t max_pixels = 89'478'485;  // Pillow's MAX_IMAGE_PIXELS; more is kTooLarge, refused before allocation
  bool exif_orientation = false;  // turn the photo as its EXIF says; off, as in Pillow and Keras (a TIFF is always turned, as in Pillow)
};

template <OptionsOf<DecodeOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("max-pixels", "Refuse photos with more pixels than this", Affects::kFeatures, {1, 1e15}), o.max_pixels);
  v(Field("exif-orientation", "Rotate photos as their EXIF orientation says", Affects::kFeatures), o.exif_orientation);
}

enum class Format { kJpeg, kPng, kWebp, kGif, kBmp, kTiff, kHeif, kAvif, kJxl };

std::string_view to_string(Format format);  // "jpeg", ...

// By content (the first bytes), never by name.
std::optional<Format> sniff_format(std::span<const std::byte> bytes);

// Equals Pillow to the byte: 16-bit grey is clipped at 255, not scaled, alpha is dropped, ICC profiles are ignored.
// Thread-safe: keeps no state. Anything wrong with the bytes is a Failure{kDecode, ...}; it never throws on bad input.
Outcome<Image> decode(std::span<const std::byte> bytes, const DecodeOptions& options = {});

}  // namespace coulis
