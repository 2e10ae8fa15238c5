// The kinds of pixels that a TIFF may hold, and rows of them -> RGB as Pillow does. Knows nothing of strips, tiles or libtiff.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/base/failure.hpp"
#include "core/decode/pixels.hpp"

namespace coulis {

enum TiffPhotometric : std::uint16_t { kWhiteIsZero = 0, kBlackIsZero = 1, kRgb = 2, kPalette = 3, kCmyk = 5, kYcbcr = 6 };
enum TiffSampleFormat : std::uint16_t { kUnsigned = 1, kSigned = 2, kFloat = 3 };

struct TiffLayout {
  std::uint16_t photometric = kWhiteIsZero;
  std::uint16_t sample_format = kUnsigned;
  int bits = 1;
  int samples = 1;                // of a pixel
  bool is_planar = false;         // each sample in a plane of its own
  bool is_premultiplied = false;  // the colours were multiplied by the alpha that follows them
  Palette palette;

  int used_samples() const;  // how many of the samples become RGB; the rest is never looked at
};

std::optional<Failure> refuse_layout(const TiffLayout& layout);

// planes: a pointer to the row in each plane (one where the samples lie together). scratch: [width, used_samples].
void convert_tiff_row(const TiffLayout& layout, std::span<const std::uint8_t* const> planes, int width, std::uint8_t* scratch,
                      std::uint8_t* rgb);

}  // namespace coulis
