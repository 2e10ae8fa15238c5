#include "core/decode/jxl.hpp"

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include "core/decode/codecs.hpp"
#include "core/decode/iso_boxes.hpp"
#include "core/decode/jpeg.hpp"
#include "core/decode/orientation.hpp"

namespace coulis {
namespace {

using namespace std::string_view_literals;

bool is_packed_jpeg(std::span<const std::byte> bytes) {
  const std::vector<IsoBox> boxes = list_boxes({bytes});
  return std::any_of(boxes.begin(), boxes.end(), [](const IsoBox& box) { return box.type == "jbrd"; });
}

Outcome<std::vector<std::uint8_t>> unpack(std::span<const std::byte> bytes, std::int64_t max_pixels) {
  const Outcome<Codecs>& codecs = load_codecs();
  if (!codecs) return codecs.failure();
  return codecs.value().unpack_jpeg(bytes, max_pixels);
}

}  // namespace

bool begins_like_jxl(ByteView file) {
  return file.has_text(0, "\xFF\x0A"sv) || file.has_text(0, "\0\0\0\x0CJXL \r\n\x87\n"sv);
}

Metadata find_in_jxl(std::span<const std::byte> bytes) {
  if (is_packed_jpeg(bytes)) {
    const auto jpeg = unpack(bytes, std::numeric_limits<std::int32_t>::max());  // its pixels have been decoded already
    return jpeg ? find_metadata(std::as_bytes(std::span(jpeg.value())), Format::kJpeg) : Metadata{};
  }
  ByteView exif = find_box(list_boxes({bytes}), "Exif");
  // After the offset of its TIFF header, which is usually 0; some writers omit the offset.
  if (exif.size() > 8 && (exif.has_text(4, "II\x2A\0"sv) || exif.has_text(4, "MM\0\x2A"sv))) exif = exif.from(4);
  return {{reinterpret_cast<const char*>(exif.data()), exif.size()}, {}};
}

std::optional<Failure> decode_jxl(std::span<const std::byte> bytes, const DecodeOptions& options, RowSink& sink) {
  if (is_packed_jpeg(bytes)) {
    const auto jpeg = unpack(bytes, options.max_pixels);
    if (!jpeg) return jpeg.failure();
    const auto file = std::as_bytes(std::span(jpeg.value()));
    const int noted = find_orientation(file, Format::kJpeg);
    sink.note_orientation(noted);
    return decode_jpeg(file, {options.max_pixels, options.exif_orientation, Decoding::kFull}, options.exif_orientation ? noted : 1, sink);
  }
  const Outcome<Codecs>& codecs = load_codecs();
  if (!codecs) return codecs.failure();
  const int noted = find_orientation(bytes, Format::kJxl);
  sink.note_orientation(noted);
  return codecs.value().decode_jxl_pixels(bytes, options.max_pixels, options.exif_orientation ? noted : 1, sink);
}

}  // namespace coulis
