// What the directory of a TIFF says about its pixels: how many, of which kind, compressed how. Read as Pillow reads it.
#pragma once

#include <cstdint>

#include "core/base/outcome.hpp"
#include "core/decode/pixels.hpp"
#include "core/decode/tiff_directory.hpp"

namespace coulis {

enum TiffPhotometric : std::uint16_t { kWhiteIsZero = 0, kBlackIsZero = 1, kRgb = 2, kPalette = 3, kCmyk = 5, kYcbcr = 6 };
enum TiffSampleFormat : std::uint16_t { kUnsigned = 1, kSigned = 2, kFloat = 3 };
constexpr std::uint16_t kTiffUncompressed = 1;

struct TiffLayout {
  std::uint16_t photometric = kWhiteIsZero;
  std::uint16_t sample_format = kUnsigned;
  int bits = 1;
  int samples = 1;                // of a pixel
  bool is_planar = false;         // each sample in a plane of its own
  bool is_premultiplied = false;  // the colours were multiplied by the alpha that follows them
  bool has_low_bit_first = false;
  Palette palette;

  int used_samples() const;  // how many of the samples become RGB; the rest is never looked at
  int planes() const { return is_planar ? used_samples() : 1; }
  std::size_t row_bytes(std::uint32_t width) const;  // of a plane
};

struct TiffPage {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::uint16_t compression = kTiffUncompressed;
  TiffLayout layout;
};

Outcome<TiffPage> read_tiff_page(const TiffHeader& header, const TiffDirectory& directory, std::int64_t max_pixels);

}  // namespace coulis
