#include "core/decode/heif_header.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "core/decode/coded_size.hpp"
#include "core/decode/failures.hpp"
#include "core/decode/heif_items.hpp"
#include "core/decode/iso_boxes.hpp"

namespace coulis {
namespace {

// The boxes that must be whole. Cameras append others, whose loss does not matter.
constexpr std::array<std::string_view, 5> kBoxesOfImages = {"ftyp", "meta", "mdat", "moov", "idat"};

// Turned first, then mirrored (ISO 23008-12).
int orientation_of(int quarter_turns, bool is_mirrored, bool swaps_left_and_right) {
  constexpr std::array<int, 4> kTurned = {1, 8, 3, 6};                  // anticlockwise
  constexpr std::array<int, 4> kTurnedThenSwappedSides = {2, 7, 4, 5};  // left and right
  constexpr std::array<int, 4> kTurnedThenSwappedEnds = {4, 5, 2, 7};   // top and bottom
  const auto turns = static_cast<std::size_t>(quarter_turns);
  if (!is_mirrored) return kTurned[turns];
  return swaps_left_and_right ? kTurnedThenSwappedSides[turns] : kTurnedThenSwappedEnds[turns];
}

bool is_grey(const IsoBox& property) {
  if (property.type == "hvcC") return (property.content.u8(16) & 3) == 0;  // chroma_format_idc
  return (property.content.u8(2) & 0x10) != 0;                             // of `av1C`: monochrome
}

// What libavcodec decodes as libde265 does: Main, Main 10, Main Still Picture and Range Extensions of 8, 10 and 12 bits.
bool suits_libavcodec(ByteView configuration) {
  const int profile = configuration.u8(1) & 31;
  const int depth = 8 + (configuration.u8(17) & 7);
  const int chroma_depth = 8 + (configuration.u8(18) & 7);
  return profile >= 1 && profile <= 4 && depth == chroma_depth && (depth == 8 || depth == 10 || depth == 12);
}

// Sides of 32 bits: their product needs all 64.
std::uint64_t pixels_of(std::int64_t width, std::int64_t height) {
  return static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height);
}

void enlarge(HeifHeader& header, const CodedSize& size) {
  if (pixels_of(size.width, size.height) <= pixels_of(header.coded_width, header.coded_height)) return;
  header.coded_width = size.width;
  header.coded_height = size.height;
}

// NAL units, each after its length.
void note_hevc_units(ByteView units, std::uint64_t length_bytes, HeifHeader& header) {
  constexpr int kSps = 33;
  std::uint64_t at = 0;
  while (units.has(at, length_bytes + 2)) {
    const std::uint64_t length = length_bytes == 2 ? units.u16(at) : units.u32(at);
    at += length_bytes;
    if (!units.has(at, std::max<std::uint64_t>(length, 1))) break;
    if ((units.u8(at) >> 1 & 63) == kSps) enlarge(header, read_hevc_size({units.bytes.subspan(at, length)}));
    at += length;
  }
}

// `hvcC`: 22 bytes, then arrays of units of one type.
void note_hevc_configuration(ByteView box, HeifHeader& header) {
  std::uint64_t at = 23;
  for (int arrays = box.u8(22); arrays > 0 && box.has(at, 3); --arrays) {
    const int count = box.u16(at + 1);
    at += 3;
    const std::uint64_t begin = at;
    for (int i = 0; i < count && box.has(at, 2); ++i) at += 2 + box.u16(at);
    const std::uint64_t end = std::min<std::uint64_t>(at, box.size());
    note_hevc_units({box.bytes.subspan(std::min(begin, end), end - std::min(begin, end)), true}, 2, header);
  }
}

void note_coded_size(ByteView file, const std::vector<IsoBox>& meta, HeifItem item, HeifHeader& header) {
  const std::string_view type = type_of_item(meta, item);
  const ByteView bytes = first_bytes_of_item(file, meta, item);
  if (type == "hvc1" || type == "hev1") note_hevc_units(bytes, 4, header);
  if (type == "av01") enlarge(header, read_av1_size(bytes));
  if (type != "grid" && type != "iovl") return;
  const std::uint64_t at = type == "grid" ? 4 : 10;  // after rows and columns; after a colour
  const bool is_long = (bytes.u8(1) & 1) != 0;
  enlarge(header, is_long ? CodedSize{bytes.u32(at), bytes.u32(at + 4)} : CodedSize{bytes.u16(at), bytes.u16(at + 2)});
}

}  // namespace

HeifHeader read_heif_header(ByteView file) {
  HeifHeader header;
  const std::vector<IsoBox> boxes = list_boxes(file);
  bool has_data = false;  // of still images or of tracks
  for (const IsoBox& box : boxes) {
    const bool is_known = std::find(kBoxesOfImages.begin(), kBoxesOfImages.end(), box.type) != kBoxesOfImages.end();
    header.is_cut |= is_known && box.is_cut;
    header.has_items |= box.type == "meta";
    has_data |= box.type == "mdat" || box.type == "moov";
  }
  const std::vector<IsoBox> meta = list_boxes(find_box(boxes, "meta").from(4));  // after version and flags
  header.is_cut |= !has_data && find_box(meta, "idat").size() == 0;

  const std::vector<IsoBox> iprp = list_boxes(find_box(meta, "iprp"));
  const std::vector<IsoBox> properties = list_boxes(find_box(iprp, "ipco"));
  for (const HeifItem item : list_decoded_items(meta)) {
    note_coded_size(file, meta, item, header);
    for (const std::size_t index : list_properties(find_box(iprp, "ipma"), item)) {
      if (index >= properties.size()) continue;
      const IsoBox& property = properties[index];
      if (property.type == "hvcC") note_hevc_configuration(property.content, header);
      if (property.type == "ispe") enlarge(header, {property.content.u32(4), property.content.u32(8)});
    }
  }
  int coded = 0;
  int grey = 0;
  for (const IsoBox& property : properties) {
    if (property.type != "hvcC" && property.type != "av1C") continue;
    ++coded;
    grey += is_grey(property) ? 1 : 0;
    if (property.type == "hvcC") header.suits_libavcodec &= suits_libavcodec(property.content);
  }
  header.is_grey = coded > 0 && grey == coded;

  int quarter_turns = 0;
  bool is_mirrored = false;
  bool swaps_left_and_right = false;
  for (const std::size_t index : list_properties(find_box(iprp, "ipma"), find_primary_item(meta))) {
    if (index >= properties.size()) continue;
    const IsoBox& property = properties[index];
    if (property.type == "irot") quarter_turns = property.content.u8(0) & 3;
    if (property.type == "imir") {
      is_mirrored = true;
      swaps_left_and_right = (property.content.u8(0) & 1) != 0;
    }
  }
  header.orientation = orientation_of(quarter_turns, is_mirrored, swaps_left_and_right);
  return header;
}

std::optional<Failure> refuse_heif(const HeifHeader& header, std::int64_t max_pixels) {
  if (header.is_cut) return truncated("The file is shorter than its boxes say");
  if (!header.has_items)
    return unsupported("Image sequences without a still image are not supported: export a frame as HEIC, AVIF or JPEG");
  constexpr std::int64_t kBlock = 64;
  const std::int64_t width = std::max<std::int64_t>(header.coded_width - kBlock, 1);
  const std::int64_t height = std::max<std::int64_t>(header.coded_height - kBlock, 1);
  if (!refuse_size(width, height, max_pixels)) return std::nullopt;
  return refuse_size(header.coded_width, header.coded_height, max_pixels);
}

}  // namespace coulis
