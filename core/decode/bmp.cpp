#include "core/decode/bmp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "core/base/byte_view.hpp"
#include "core/decode/failures.hpp"
#include "core/decode/pixels.hpp"

// Our own code, because Debian has no maintained C library for BMP.
// Follows Pillow's BmpImagePlugin.py where files and manuals differ.

namespace coulis {
namespace {

constexpr std::uint32_t kFileHeaderBytes = 14;
enum Compression : std::uint32_t { kRaw = 0, kRle8 = 1, kRle4 = 2, kBitfields = 3 };

struct Header {
  std::uint32_t header_bytes = 0;
  std::int64_t width = 0;
  std::int64_t height = 0;
  bool is_top_down = false;
  int bits = 0;
  std::uint32_t compression = kRaw;
  std::uint32_t colours = 0;
  int bytes_per_colour = 4;
  std::array<std::uint32_t, 4> masks{};  // red, green, blue, alpha
  std::uint64_t palette_at = 0;
  std::uint64_t pixels_at = 0;
};

// Where a pixel's bytes lie, for 24 and 32 bits; for 16 bits, how many bits green has.
struct Layout {
  int red = 2;
  int green = 1;
  int blue = 0;
  int green_bits = 5;
};

bool is_known_header(std::uint32_t header_bytes) {
  constexpr std::array<std::uint32_t, 7> kKnown = {12, 40, 52, 56, 64, 108, 124};
  return std::find(kKnown.begin(), kKnown.end(), header_bytes) != kKnown.end();
}

std::uint32_t find_info_header(ByteView file) {
  return file.has_text(0, "BM") ? kFileHeaderBytes : 0;
}

std::optional<Header> read_header(ByteView file) {
  Header header;
  const std::uint32_t info = find_info_header(file);
  header.header_bytes = file.u32(info);
  if (!is_known_header(header.header_bytes)) return std::nullopt;
  header.palette_at = std::uint64_t{info} + header.header_bytes;
  if (header.header_bytes == 12) {  // OS/2 1.x
    header.width = file.u16(info + 4);
    header.height = file.u16(info + 6);
    header.bits = file.u16(info + 10);
    header.bytes_per_colour = 3;
  } else {
    header.width = file.u32(info + 4);
    header.is_top_down = file.u8(info + 11) == 0xFF;
    header.height = header.is_top_down ? (std::int64_t{1} << 32) - file.u32(info + 8) : file.u32(info + 8);
    header.bits = file.u16(info + 14);
    header.compression = file.u32(info + 16);
    header.colours = file.u32(info + 32);
    if (header.compression == kBitfields) {
      const std::size_t masks = header.header_bytes >= 56 ? 4 : 3;
      for (std::size_t i = 0; i < masks; ++i) header.masks[i] = file.u32(info + 40 + 4 * i);
      if (header.header_bytes == 40) header.palette_at += 12;  // the masks follow the header
    }
  }
  if (header.colours == 0 && header.bits <= 8) header.colours = 1U << header.bits;
  header.pixels_at = info > 0 ? file.u32(10) : 0;  // 0: after the palette
  const std::uint64_t palette_bytes = std::uint64_t{header.colours} * static_cast<std::uint64_t>(header.bytes_per_colour);
  const bool forgot_palette = header.bits <= 8 && header.pixels_at == std::uint64_t{info} + header.header_bytes;
  if (forgot_palette) header.pixels_at += palette_bytes;
  if (header.pixels_at == 0) header.pixels_at = header.palette_at + (header.bits <= 8 ? palette_bytes : 0);
  return header;
}

// Empty for a layout that Pillow does not support either.
std::optional<Layout> find_layout(const Header& header) {
  struct Known {
    int bits;
    std::array<std::uint32_t, 4> masks;
    Layout layout;
  };
  constexpr std::uint32_t k0 = 0xFF, k1 = 0xFF00, k2 = 0xFF0000, k3 = 0xFF000000;
  static constexpr std::array<Known, 11> kKnown = {{{32, {k2, k1, k0, 0}, {2, 1, 0}},
                                                    {32, {k3, k2, k1, 0}, {3, 2, 1}},
                                                    {32, {k3, k1, k0, 0}, {3, 1, 0}},
                                                    {32, {k3, k2, k1, k0}, {3, 2, 1}},
                                                    {32, {k0, k1, k2, k3}, {0, 1, 2}},
                                                    {32, {k2, k1, k0, k3}, {2, 1, 0}},
                                                    {32, {k3, k1, k0, k2}, {3, 1, 0}},
                                                    {32, {0, 0, 0, 0}, {2, 1, 0}},
                                                    {24, {k2, k1, k0, 0}, {2, 1, 0}},
                                                    {16, {0xF800, 0x07E0, 0x1F, 0}, {2, 1, 0, 6}},
                                                    {16, {0x7C00, 0x03E0, 0x1F, 0}, {2, 1, 0, 5}}}};
  if (header.compression != kBitfields) return Layout{};
  for (const Known& known : kKnown) {
    const bool same_rgb = std::equal(known.masks.begin(), known.masks.begin() + 3, header.masks.begin());
    const bool same_alpha = header.bits != 32 || known.masks[3] == header.masks[3];
    if (known.bits == header.bits && same_rgb && same_alpha) return known.layout;
  }
  return std::nullopt;
}

std::optional<Failure> refuse_header(const Header& header, std::int64_t max_pixels) {
  if (auto refusal = refuse_size(header.width, header.height, max_pixels)) return refusal;
  constexpr std::array<int, 6> kBits = {1, 4, 8, 16, 24, 32};
  if (std::find(kBits.begin(), kBits.end(), header.bits) == kBits.end()) return unsupported(fmt::format("A BMP of {} bits", header.bits));
  if (header.compression > kBitfields) return unsupported(fmt::format("A BMP of compression {}", header.compression));
  if (header.bits <= 8 && (header.colours > 65536 || header.compression == kBitfields)) {
    return corrupt("The palette of the BMP contradicts its header");
  }
  const bool is_rle = header.compression == kRle8 || header.compression == kRle4;
  if (is_rle && header.bits != (header.compression == kRle8 ? 8 : 4))
    return corrupt("The run lengths of the BMP do not fit its number of bits");
  if (!find_layout(header)) return unsupported("A BMP with an unusual order of its colour bits");
  return std::nullopt;
}

Palette read_palette(ByteView file, const Header& header) {
  Palette palette;
  const std::size_t count = std::min<std::size_t>(header.colours, palette.rgb.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t at = header.palette_at + i * static_cast<std::uint64_t>(header.bytes_per_colour);
    palette.rgb[i] = {file.u8(at + 2), file.u8(at + 1), file.u8(at)};
  }
  // As in Pillow: if each colour is the grey of its index, indices are greys, and one bit is black or white.
  const Palette ramp = grey_ramp();
  const bool is_ramp = std::equal(palette.rgb.begin(), palette.rgb.begin() + static_cast<std::ptrdiff_t>(count), ramp.rgb.begin());
  if (is_ramp && header.bits == 8 && count > 2) return ramp;
  if (is_ramp && header.bits == 1 && count == 1) palette.rgb[1] = {255, 255, 255};
  return palette;
}

void spread_row(const std::uint8_t* in, const Header& header, const Layout& layout, std::uint8_t* rgb) {
  const int bytes_per_pixel = header.bits / 8;
  for (std::int64_t x = 0; x < header.width; ++x, in += bytes_per_pixel, rgb += 3) {
    if (bytes_per_pixel > 2) {
      rgb[0] = in[layout.red];
      rgb[1] = in[layout.green];
      rgb[2] = in[layout.blue];
      continue;
    }
    const int pixel = in[0] | in[1] << 8;
    const int green_max = (1 << layout.green_bits) - 1;
    rgb[0] = static_cast<std::uint8_t>((pixel >> (5 + layout.green_bits) & 31) * 255 / 31);
    rgb[1] = static_cast<std::uint8_t>((pixel >> 5 & green_max) * 255 / green_max);
    rgb[2] = static_cast<std::uint8_t>((pixel & 31) * 255 / 31);
  }
}

// Expands the run lengths to [height * width] indices, in file order. Returns how many of them the data gives.
// Without maybe_indices it only counts: a small file can skip many pixels, so count before allocating memory.
std::size_t expand_runs(ByteView file, const Header& header, std::uint8_t* maybe_indices) {
  const bool is_rle4 = header.compression == kRle4;
  const auto width = static_cast<std::size_t>(header.width);
  const std::size_t total = width * static_cast<std::size_t>(header.height);
  std::size_t size = 0;
  std::size_t x = 0;
  const auto append = [&](std::uint8_t byte, std::size_t i) {  // the i-th pixel of a run
    if (maybe_indices != nullptr) maybe_indices[size] = !is_rle4 ? byte : i % 2 == 0 ? byte >> 4 : byte & 15;
    ++size;
  };
  const auto append_zeros = [&](std::size_t count) {
    count = std::min(count, total - size);
    if (maybe_indices != nullptr) std::memset(maybe_indices + size, 0, count);
    size += count;
  };
  std::uint64_t at = header.pixels_at;
  while (size < total && file.has(at, 2)) {
    const std::uint8_t count = file.u8(at);
    const std::uint8_t value = file.u8(at + 1);
    at += 2;
    if (count > 0) {  // a run, cut at the end of its row
      const std::size_t run = x < width ? std::min<std::size_t>(count, width - x) : 0;
      for (std::size_t i = 0; i < run && size < total; ++i) append(value, i);
      x += run;
    } else if (value == 0) {                         // end of row
      append_zeros((width - size % width) % width);  // NOLINT(clang-analyzer-core.DivideZero): refuse_size() saw it
      x = 0;
    } else if (value == 1) {  // end of image
      break;
    } else if (value == 2) {  // skip columns and rows
      if (!file.has(at, 2)) break;
      append_zeros(file.u8(at) + file.u8(at + 1) * width);
      x = size % width;
      at += 2;
    } else {  // `value` literal pixels, padded to an even offset in the file
      const std::size_t pixels = std::min<std::size_t>(value, total - size);
      const std::size_t bytes = is_rle4 ? (pixels + 1) / 2 : pixels;
      if (!file.has(at, bytes)) break;
      for (std::size_t i = 0; i < pixels; ++i) append(file.u8(at + (is_rle4 ? i / 2 : i)), i);
      x += value;
      at += bytes;
      at += at % 2;
    }
  }
  return size;
}

}  // namespace

bool begins_like_bmp(const ByteView& file) {
  return file.has_text(0, "BM") || (file.has(0, 4) && is_known_header(file.u32(0)));
}

std::optional<Failure> decode_bmp(std::span<const std::byte> bytes, std::int64_t max_pixels, RowSink& sink) {
  const ByteView file{bytes};
  if (!file.has(find_info_header(file), 12)) return truncated("The file ends within its header");
  const std::optional<Header> maybe_header = read_header(file);
  if (!maybe_header) return unsupported(fmt::format("A BMP header of {} bytes", file.u32(find_info_header(file))));
  const Header& header = *maybe_header;
  if (!file.has(0, header.palette_at)) return truncated("The file ends within its header");
  if (auto refusal = refuse_header(header, max_pixels)) return refusal;
  const auto width = static_cast<int>(header.width);
  const auto height = static_cast<int>(header.height);
  const auto rows = static_cast<std::size_t>(header.height);

  const bool is_rle = header.compression == kRle8 || header.compression == kRle4;
  std::unique_ptr<std::uint8_t[]> indices;
  std::uint64_t row_bytes = (static_cast<std::uint64_t>(header.width) * static_cast<std::uint64_t>(header.bits) + 7) / 8;
  std::uint64_t stride_bytes = (row_bytes + 3) / 4 * 4;
  if (is_rle) {
    row_bytes = stride_bytes = static_cast<std::uint64_t>(header.width);
    if (expand_runs(file, header, nullptr) < rows * row_bytes) return truncated("The run lengths end before the image does");
    indices.reset(new std::uint8_t[rows * row_bytes]);
    expand_runs(file, header, indices.get());
  } else if (!file.has(header.pixels_at, stride_bytes * (rows - 1) + row_bytes)) {
    return truncated("The file ends before its pixels do");
  }
  const Palette palette = header.bits <= 8 ? read_palette(file, header) : Palette{};
  const Layout layout = *find_layout(header);
  const std::uint8_t* pixels = is_rle ? indices.get() : file.data(header.pixels_at);

  const auto convert_row = [&](int y, std::uint8_t* row) {
    const std::uint8_t* in = pixels + static_cast<std::uint64_t>(header.is_top_down ? y : height - 1 - y) * stride_bytes;
    if (header.bits > 8) {
      spread_row(in, header, layout, row);
    } else if (header.bits == 8 || is_rle) {
      spread_palette(in, width, palette, row);
    } else {
      std::uint8_t* row_indices = tail_of_row(row, width, 1);
      unpack_bits(in, width, header.bits, row_indices);
      spread_palette(row_indices, width, palette, row);
    }
  };
  send_rows(sink, width, height, 1, convert_row);
  return std::nullopt;
}

}  // namespace coulis
