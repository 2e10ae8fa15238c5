#include "core/decode/tiff_raw.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <optional>

#include "core/decode/failures.hpp"
#include "core/decode/tiff_rows.hpp"

namespace coulis {
namespace {

constexpr std::size_t kMaxPlanes = 4;  // more are ignored
enum Tag { kStripOffsets = 273, kRowsPerStrip = 278, kTileWidth = 322, kTileHeight = 323, kTileOffsets = 324, kSubsampling = 530 };

// Strips as wide as the image, or tiles that may reach beyond it. The
// file says where they begin; their length follows from the layout.
struct Blocks {
  const TiffTag* offsets = nullptr;
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint32_t across = 0;  // how many side by side
  std::uint32_t down = 0;
  std::size_t row_bytes = 0;
};

// The width or height of a block.
std::optional<std::uint32_t> read_side(const TiffDirectory& directory, int tag) {
  const TiffTag* found = directory.find(tag);
  if (found == nullptr || !found->is_integer() || found->value(0) < 1) return std::nullopt;
  return static_cast<std::uint32_t>(std::min(found->value(0), 4294967295.0));
}

std::optional<Blocks> read_blocks(const TiffDirectory& directory, const TiffPage& page) {
  Blocks blocks;
  std::optional<std::uint32_t> maybe_width = page.width;
  std::optional<std::uint32_t> maybe_height = page.height;
  blocks.offsets = directory.find(kStripOffsets);
  if (blocks.offsets != nullptr) {
    if (directory.find(kRowsPerStrip) != nullptr) maybe_height = read_side(directory, kRowsPerStrip);
  } else {
    blocks.offsets = directory.find(kTileOffsets);
    maybe_width = read_side(directory, kTileWidth);
    maybe_height = read_side(directory, kTileHeight);
  }
  if (blocks.offsets == nullptr || !(blocks.offsets->is_integer() || blocks.offsets->is_byte())) return std::nullopt;
  if (!maybe_width || !maybe_height) return std::nullopt;
  blocks.width = *maybe_width;
  blocks.height = std::min(*maybe_height, page.height);
  blocks.across = (page.width - 1) / blocks.width + 1;
  blocks.down = (page.height - 1) / blocks.height + 1;
  blocks.row_bytes = page.layout.row_bytes(blocks.width);
  return blocks;
}

// Where a block begins, if the file says it. If several blocks each cover the image, Pillow takes the last.
std::optional<std::uint64_t> offset_of(const Blocks& blocks, const TiffLayout& layout, std::uint32_t column, std::uint32_t row, int plane) {
  const std::size_t per_plane = std::size_t{blocks.across} * blocks.down;
  std::size_t index = static_cast<std::size_t>(plane) * per_plane + std::size_t{row} * blocks.across + column;
  if (per_plane == 1 && !layout.is_planar) index = blocks.offsets->count() - 1;
  if (index >= blocks.offsets->count() || blocks.offsets->value(index) < 0) return std::nullopt;
  return static_cast<std::uint64_t>(blocks.offsets->value(index));
}

bool has_fewer_chroma_samples(const TiffDirectory& directory, const TiffLayout& layout) {
  if (layout.photometric != kYcbcr || layout.samples != 3) return false;
  const TiffTag* shares = directory.find(kSubsampling);  // across and down; 2 and 2 if absent
  return shares == nullptr || shares->count() < 2 || shares->value(0) != 1 || shares->value(1) != 1;
}

std::uint8_t reverse_bits(std::uint8_t byte) {
  unsigned reversed = 0;
  for (int bit = 0; bit < 8; ++bit) reversed |= (byte >> bit & 1U) << (7 - bit);
  return static_cast<std::uint8_t>(reversed);
}

// A row as convert_tiff_row() expects it: as in the file, or with bits and bytes reordered in `own`.
const std::uint8_t* in_machine_order(const std::uint8_t* row, std::size_t row_bytes, const TiffLayout& layout, bool is_swapped,
                                     std::uint8_t* own) {
  const std::size_t sample_bytes = static_cast<std::size_t>(std::max(layout.bits / 8, 1));
  if ((!is_swapped || sample_bytes == 1) && !layout.has_low_bit_first) return row;
  std::copy_n(row, row_bytes, own);
  if (layout.has_low_bit_first) std::transform(own, own + row_bytes, own, reverse_bits);
  for (std::size_t i = 0; is_swapped && i + sample_bytes <= row_bytes; i += sample_bytes) std::reverse(own + i, own + i + sample_bytes);
  return own;
}

}  // namespace

std::optional<Failure> read_raw_tiff(const TiffHeader& header, const TiffDirectory& directory, const TiffPage& page, int orientation,
                                     RowSink& sink) {
  const std::optional<Blocks> maybe_blocks = read_blocks(directory, page);
  if (!maybe_blocks) return corrupt("The TIFF does not say where its pixels are");
  const Blocks& blocks = *maybe_blocks;
  const TiffLayout& layout = page.layout;
  if (has_fewer_chroma_samples(directory, layout)) return unsupported("Uncompressed YCbCr with fewer chroma than luma samples");
  const auto planes = static_cast<std::size_t>(layout.planes());
  const std::size_t most_bytes = layout.row_bytes(std::min(blocks.width, page.width));
  const bool is_swapped = header.file.big_endian != (std::endian::native == std::endian::big);

  const std::unique_ptr<std::uint8_t[]> own(new std::uint8_t[most_bytes * planes]);
  const std::unique_ptr<std::uint8_t[]> scratch(
      new std::uint8_t[std::size_t{page.width} * static_cast<std::size_t>(layout.used_samples())]);
  const auto convert_row = [&](std::uint32_t y, std::uint8_t* rgb) -> std::optional<Failure> {
    for (std::uint32_t column = 0; column < blocks.across; ++column) {
      const std::uint32_t x = column * blocks.width;
      const std::uint32_t width = std::min(blocks.width, page.width - x);
      const std::size_t used_bytes = layout.row_bytes(width);
      std::array<const std::uint8_t*, kMaxPlanes> rows{};
      for (std::size_t p = 0; p < planes; ++p) {
        const auto maybe_offset = offset_of(blocks, layout, column, y / blocks.height, static_cast<int>(p));
        if (!maybe_offset) return truncated("The TIFF does not say where all of its strips or tiles are");
        const std::uint64_t at = *maybe_offset + std::uint64_t{y % blocks.height} * blocks.row_bytes;
        if (*maybe_offset > header.file.size() || !header.file.has(at, used_bytes)) return truncated("The file ends before its pixels do");
        rows[p] = in_machine_order(header.file.data(at), used_bytes, layout, is_swapped, own.get() + p * most_bytes);
      }
      convert_tiff_row(layout, rows, static_cast<int>(width), scratch.get(), rgb + std::size_t{x} * 3);
    }
    return std::nullopt;
  };
  const int width = static_cast<int>(page.width);
  const int height = static_cast<int>(page.height);
  return send_bands(sink, width, height, orientation, [&](int y, int count, std::uint8_t* rgb) -> std::optional<Failure> {
    for (int i = 0; i < count; ++i) {
      if (auto refusal = convert_row(static_cast<std::uint32_t>(y + i), rgb + std::ptrdiff_t{i} * width * 3)) return refusal;
    }
    return std::nullopt;
  });
}

}  // namespace coulis
