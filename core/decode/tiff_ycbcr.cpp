#include "core/decode/tiff_ycbcr.hpp"

#include <algorithm>
#include <cmath>

#include "core/decode/failures.hpp"

namespace coulis {

std::optional<Failure> TiffYcbcr::start(TIFF* tiff, bool is_planar) {
  std::uint16_t across = 2, down = 2;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_YCBCRSUBSAMPLING, &across, &down);
  // What libtiff's TIFFRGBAImage has.
  constexpr std::uint16_t kKnown[][2] = {{4, 4}, {4, 2}, {4, 1}, {2, 2}, {2, 1}, {1, 2}, {1, 1}};
  const bool is_known = std::any_of(std::begin(kKnown), std::end(kKnown), [&](const auto& k) { return k[0] == across && k[1] == down; });
  if (!is_known || (is_planar && (across != 1 || down != 1))) return unsupported("A TIFF in YCbCr with unusual chroma subsampling");
  across_ = across;
  down_ = down;
  is_planar_ = is_planar;

  float* luma = nullptr;       // [3], of red, green and blue
  float* reference = nullptr;  // [6], black and white of Y, Cb, Cr
  TIFFGetFieldDefaulted(tiff, TIFFTAG_YCBCRCOEFFICIENTS, &luma);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_REFERENCEBLACKWHITE, &reference);
  constexpr float kMost = 2147483519.0F;  // the largest float within int32; NaN is refused too
  const bool is_sound = luma != nullptr && reference != nullptr && !std::isnan(luma[0]) && !std::isnan(luma[1]) && !std::isnan(luma[2]) &&
                        luma[1] != 0 && std::all_of(reference, reference + 6, [](float f) { return std::abs(f) <= kMost; });
  if (!is_sound) return corrupt("The YCbCr coefficients of the TIFF make no colours");
  // TIFFYCbCrToRGBInit() puts its tables behind the struct: a clamp table of bytes, then four of ints.
  constexpr std::size_t kBytes =
      sizeof(TIFFYCbCrToRGB) + sizeof(long) + 4 * 256 * sizeof(TIFFRGBValue) + 2 * 256 * sizeof(int) + 3 * 256 * sizeof(std::int32_t);
  memory_ = std::make_unique<long[]>(kBytes / sizeof(long) + 1);
  tables_ = reinterpret_cast<TIFFYCbCrToRGB*>(memory_.get());
  if (TIFFYCbCrToRGBInit(tables_, luma, reference) < 0) return corrupt("The YCbCr coefficients of the TIFF make no colours");
  return std::nullopt;
}

void TiffYcbcr::convert_row(std::span<const std::uint8_t* const> planes, std::size_t row_bytes, std::uint32_t block_width, std::uint32_t y,
                            int width, std::uint8_t* rgb) {
  // Samples that lie together are in units of [down, across] luma, then Cb and Cr.
  const std::size_t unit_bytes = std::size_t{across_} * down_ + 2;
  const std::size_t units_across = (block_width + across_ - 1) / across_;
  const std::uint8_t* units = planes[0] + y / down_ * units_across * unit_bytes;
  const std::size_t luma_at = y % down_ * std::size_t{across_};
  for (std::size_t x = 0; x < static_cast<std::size_t>(width); ++x, rgb += 3) {
    const std::uint8_t* unit = units + x / across_ * unit_bytes;
    const std::size_t at = y * row_bytes + x;
    const std::uint8_t luma = is_planar_ ? planes[0][at] : unit[luma_at + x % across_];
    const std::uint8_t cb = is_planar_ ? planes[1][at] : unit[unit_bytes - 2];
    const std::uint8_t cr = is_planar_ ? planes[2][at] : unit[unit_bytes - 1];
    std::uint32_t r = 0, g = 0, b = 0;
    TIFFYCbCrtoRGB(tables_, luma, cb, cr, &r, &g, &b);
    rgb[0] = static_cast<std::uint8_t>(r);
    rgb[1] = static_cast<std::uint8_t>(g);
    rgb[2] = static_cast<std::uint8_t>(b);
  }
}

}  // namespace coulis
