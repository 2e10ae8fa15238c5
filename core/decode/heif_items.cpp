#include "core/decode/heif_items.hpp"

#include <algorithm>
#include <span>

namespace coulis {
namespace {

constexpr std::uint64_t kFullBox = 4;  // bytes of version and flags

// Reads one number after the other. The box itself gives their sizes.
struct Cursor {
  ByteView box;
  std::uint64_t at = 0;

  std::uint64_t read(std::uint64_t size_bytes) {
    std::uint64_t value = 0;
    for (; size_bytes > 0; --size_bytes) value = value << 8U | box.u8(at++);
    return value;
  }
  bool is_at_end() const { return at >= box.size(); }
};

void add_once(std::vector<HeifItem>& items, HeifItem item) {
  if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
}

}  // namespace

HeifItem find_primary_item(const std::vector<IsoBox>& meta) {
  const ByteView pitm = find_box(meta, "pitm");
  return pitm.u8(0) == 0 ? pitm.u16(kFullBox) : pitm.u32(kFullBox);
}

std::vector<HeifItem> list_decoded_items(const std::vector<IsoBox>& meta) {
  constexpr int kDepth = 3;            // an identity of an overlay of grids
  constexpr std::size_t kMost = 4096;  // items; more tiles than any camera's
  std::vector<HeifItem> items = {find_primary_item(meta)};
  const ByteView iref = find_box(meta, "iref");
  const std::uint64_t id_bytes = iref.u8(0) == 0 ? 2 : 4;
  const std::vector<IsoBox> references = list_boxes(iref.from(kFullBox));
  for (int times = 0; times < kDepth; ++times) {
    for (const IsoBox& reference : references) {
      Cursor cursor{reference.content};
      const auto from = static_cast<HeifItem>(cursor.read(id_bytes));
      const bool is_decoded = std::find(items.begin(), items.end(), from) != items.end();
      for (std::uint64_t left = cursor.read(2); left > 0 && !cursor.is_at_end() && items.size() < kMost; --left) {
        const auto to = static_cast<HeifItem>(cursor.read(id_bytes));
        if (reference.type == "dimg" && is_decoded) add_once(items, to);
        if (reference.type == "auxl" && std::find(items.begin(), items.end(), to) != items.end()) add_once(items, from);
      }
    }
  }
  return items;
}

std::string_view type_of_item(const std::vector<IsoBox>& meta, HeifItem item) {
  const ByteView iinf = find_box(meta, "iinf");
  for (const IsoBox& entry : list_boxes(iinf.from(kFullBox + (iinf.u8(0) == 0 ? 2 : 4)))) {
    if (entry.type != "infe" || entry.content.u8(0) < 2) continue;
    const std::uint64_t id_bytes = entry.content.u8(0) == 2 ? 2 : 4;
    Cursor cursor{entry.content, kFullBox};
    if (cursor.read(id_bytes) != item) continue;
    cursor.read(2);  // protection
    if (!entry.content.has(cursor.at, 4)) return {};
    return {reinterpret_cast<const char*>(entry.content.data(cursor.at)), 4};
  }
  return {};
}

// `iloc`: 4 sizes of 4 bits, then the items, each with a place to count from, and extents.
ByteView first_bytes_of_item(ByteView file, const std::vector<IsoBox>& meta, HeifItem item) {
  const ByteView iloc = find_box(meta, "iloc");
  const int version = iloc.u8(0);
  const std::uint64_t offset_bytes = iloc.u8(kFullBox) >> 4;
  const std::uint64_t length_bytes = iloc.u8(kFullBox) & 15;
  const std::uint64_t base_bytes = iloc.u8(kFullBox + 1) >> 4;
  const std::uint64_t index_bytes = version == 0 ? 0 : iloc.u8(kFullBox + 1) & 15;
  Cursor cursor{iloc, kFullBox + 2};
  const std::uint64_t id_bytes = version < 2 ? 2 : 4;
  for (std::uint64_t left = cursor.read(id_bytes); left > 0 && !cursor.is_at_end(); --left) {
    const std::uint64_t id = cursor.read(id_bytes);
    const std::uint64_t method = version == 0 ? 0 : cursor.read(2) & 15;
    cursor.read(2);  // which file
    const std::uint64_t base = cursor.read(base_bytes);
    const std::uint64_t extents = cursor.read(2);
    if (id != item) {
      cursor.at += extents * (index_bytes + offset_bytes + length_bytes);
      continue;
    }
    cursor.read(index_bytes);
    const std::uint64_t offset = base + cursor.read(offset_bytes);
    const std::uint64_t length = cursor.read(length_bytes);
    ByteView from = (method == 0 ? file : find_box(meta, "idat")).from(offset);
    from.bytes = from.bytes.first(std::min<std::uint64_t>(length == 0 ? from.size() : length, from.size()));
    from.big_endian = true;
    return from;
  }
  return {};
}

// `ipma`: indices count from 1; 0 is none.
std::vector<std::size_t> list_properties(ByteView ipma, HeifItem item) {
  std::vector<std::size_t> indices;
  const std::uint64_t id_bytes = ipma.u8(0) == 0 ? 2 : 4;
  const bool has_long_indices = (ipma.u8(3) & 1) != 0;
  Cursor cursor{ipma, kFullBox};
  for (std::uint64_t left = cursor.read(4); left > 0 && !cursor.is_at_end(); --left) {
    const std::uint64_t id = cursor.read(id_bytes);
    for (std::uint64_t count = cursor.read(1); count > 0; --count) {
      const std::uint64_t index = has_long_indices ? cursor.read(2) & 0x7FFFU : cursor.read(1) & 0x7FU;
      if (id == item && index > 0) indices.push_back(index - 1);
    }
  }
  return indices;
}

}  // namespace coulis
