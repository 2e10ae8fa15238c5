#include "core/decode/pixels.hpp"

#include <algorithm>
#include <cstring>

namespace coulis {
namespace {

std::uint8_t clip(int value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

int divide_by_255(int value) {  // rounded; exact for 0..255 * 255
  value += 128;
  return ((value >> 8) + value) >> 8;
}

// Pillow's tables (ConvertYCbCr.c) in 1/64: rounded by adding a half and cutting towards zero.
int chroma_term(double factor, int chroma) {
  return static_cast<int>(factor * 64 * (chroma - 128) + 0.5);
}

}  // namespace

Palette grey_ramp() {
  Palette ramp;
  for (int i = 0; i < 256; ++i) ramp.rgb[static_cast<std::size_t>(i)].fill(static_cast<std::uint8_t>(i));
  return ramp;
}

void spread_palette(const std::uint8_t* indices, int width, const Palette& palette, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, rgb += 3) {
    const auto& colour = palette.rgb[indices[x]];
    rgb[0] = colour[0];
    rgb[1] = colour[1];
    rgb[2] = colour[2];
  }
}

void spread_grey(const std::uint8_t* grey, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, rgb += 3) {
    const std::uint8_t value = grey[x];
    rgb[0] = rgb[1] = rgb[2] = value;
  }
}

void spread_grey16(const std::uint8_t* grey, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, grey += 2, rgb += 3) {
    std::uint16_t value = 0;
    std::memcpy(&value, grey, sizeof value);
    rgb[0] = rgb[1] = rgb[2] = clip(value);
  }
}

void unpack_bits(const std::uint8_t* packed, int width, int bits, std::uint8_t* samples) {
  const int samples_per_byte = 8 / bits;
  const int mask = (1 << bits) - 1;
  for (int x = 0; x < width; ++x) {
    const int shift = 8 - bits * (x % samples_per_byte + 1);
    samples[x] = static_cast<std::uint8_t>(packed[x / samples_per_byte] >> shift & mask);
  }
}

void cmyk_to_rgb(const std::uint8_t* cmyk, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, cmyk += 4, rgb += 3) {
    const int white = 255 - cmyk[3];
    for (int c = 0; c < 3; ++c) rgb[c] = clip(white - divide_by_255(cmyk[c] * white));
  }
}

void ycbcr_to_rgb(const std::uint8_t* ycbcr, int width, std::uint8_t* rgb) {
  for (int x = 0; x < width; ++x, ycbcr += 3, rgb += 3) {
    const int y = ycbcr[0];
    const int cb = ycbcr[1];
    const int cr = ycbcr[2];
    rgb[0] = clip(y + (chroma_term(1.402, cr) >> 6));
    rgb[1] = clip(y + ((chroma_term(-0.34414, cb) + chroma_term(-0.71414, cr)) >> 6));
    rgb[2] = clip(y + (chroma_term(1.772, cb) >> 6));
  }
}

}  // namespace coulis
