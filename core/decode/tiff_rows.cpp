#include "core/decode/tiff_rows.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace coulis {
namespace {

constexpr int kHighByte = std::endian::native == std::endian::little ? 1 : 0;

// Grey wider than 8 bits, clipped to 0..255 and cut to whole numbers; not scaled, because Pillow does not.
template <class T>
void spread_clipped(const std::uint8_t* in, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, in += sizeof(T), rgb += 3) {
    T value;
    std::memcpy(&value, in, sizeof value);
    rgb[0] = rgb[1] = rgb[2] = value >= T{255} ? 255 : value > T{0} ? static_cast<std::uint8_t>(value) : 0;  // not a number: 0
  }
}

void spread_wide_grey(const TiffLayout& layout, const std::uint8_t* in, int width, std::uint8_t* rgb) {
  if (layout.bits == 32 && layout.sample_format == kFloat) {
    spread_clipped<float>(in, width, rgb);
  } else if (layout.bits == 32) {
    spread_clipped<std::int32_t>(in, width, rgb);  // unsigned too: Pillow has no unsigned kind of 32 bits
  } else if (layout.sample_format == kSigned) {
    spread_clipped<std::int16_t>(in, width, rgb);
  } else {
    spread_grey16(in, width, rgb);
  }
}

// As Pillow's unpackRGBa, in place: [width, 4], the fourth sample is alpha.
void divide_by_alpha(std::uint8_t* rgba, int width) {
  for (int x = 0; x < width; ++x, rgba += 4) {
    const int alpha = rgba[3];
    for (int c = 0; c < 3; ++c) rgba[c] = alpha == 0 ? 0 : static_cast<std::uint8_t>(std::min(rgba[c] * 255 / alpha, 255));
  }
}

// To one byte a sample, [width, used]: bits spread, 16 bits cut
// to their high byte, planes interleaved, unused samples dropped.
void gather_samples(const TiffLayout& layout, std::span<const std::uint8_t* const> planes, int width, int used, std::uint8_t* out) {
  if (layout.bits < 8) return unpack_bits(planes[0], width, layout.bits, out);
  const int sample_bytes = layout.bits / 8;
  const int pixel_bytes = sample_bytes * (layout.is_planar ? 1 : layout.samples);
  const int high_byte = sample_bytes == 2 ? kHighByte : 0;
  for (int s = 0; s < used; ++s) {
    const std::uint8_t* in =
        (layout.is_planar ? planes[static_cast<std::size_t>(s)] : planes[0] + std::ptrdiff_t{s} * sample_bytes) + high_byte;
    for (int x = 0; x < width; ++x) out[x * used + s] = in[static_cast<std::ptrdiff_t>(x) * pixel_bytes];
  }
}

}  // namespace

void convert_tiff_row(const TiffLayout& layout, std::span<const std::uint8_t* const> planes, int width, std::uint8_t* scratch,
                      std::uint8_t* rgb) {
  const bool is_grey = layout.photometric == kWhiteIsZero || layout.photometric == kBlackIsZero;
  if (is_grey && layout.bits > 8) return spread_wide_grey(layout, planes[0], width, rgb);
  const int used = layout.used_samples();
  gather_samples(layout, planes, width, used, scratch);
  if (is_grey) {
    const int scale = 255 / ((1 << layout.bits) - 1);
    const int flip = layout.photometric == kWhiteIsZero ? 255 : 0;
    for (int x = 0; x < width; ++x) scratch[x] = static_cast<std::uint8_t>(scratch[x] * scale ^ flip);
    spread_grey(scratch, width, rgb);
  } else if (layout.photometric == kPalette) {
    spread_palette(scratch, width, layout.palette, rgb);
  } else if (layout.photometric == kCmyk) {
    cmyk_to_rgb(scratch, width, rgb);
  } else if (layout.photometric == kYcbcr) {
    used == 3 ? ycbcr_to_rgb(scratch, width, rgb) : spread_grey(scratch, width, rgb);
  } else {
    if (layout.is_premultiplied) divide_by_alpha(scratch, width);
    for (int x = 0; x < width; ++x, scratch += used, rgb += 3) std::memcpy(rgb, scratch, 3);
  }
}

}  // namespace coulis
