// Rows of other kinds of pixels -> RGB, with the arithmetic of Pillow's convert("RGB"). All rows are `width` pixels long.
//
// Samples narrower than a pixel may lie at the end of the row that they become (see tail_of_row): each is read before it is overwritten.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace coulis {

struct Palette {
  std::array<std::array<std::uint8_t, 3>, 256> rgb{};  // [index, 3]; black where the file gives no colour
};

Palette grey_ramp();

// Where samples of bytes_per_pixel (1, 2 or 3) are put so that they can be spread in place.
inline std::uint8_t* tail_of_row(std::uint8_t* row, int width, int bytes_per_pixel) {
  return row + static_cast<std::ptrdiff_t>(width) * (3 - bytes_per_pixel);
}

void spread_palette(const std::uint8_t* indices, int width, const Palette& palette, std::uint8_t* rgb);
void spread_grey(const std::uint8_t* grey, int width, std::uint8_t* rgb);
void spread_grey16(const std::uint8_t* grey, int width,
                   std::uint8_t* rgb);  // [width] uint16 in the machine's byte order; above 255 is white
void unpack_bits(const std::uint8_t* packed, int width, int bits, std::uint8_t* samples);  // 1, 2 or 4 bits, the highest first
void cmyk_to_rgb(const std::uint8_t* cmyk, int width, std::uint8_t* rgb);
void ycbcr_to_rgb(const std::uint8_t* ycbcr, int width, std::uint8_t* rgb);

}  // namespace coulis
