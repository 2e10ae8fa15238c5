#include "core/decode/tiff_layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <vector>

#include "core/decode/failures.hpp"

namespace coulis {
namespace {

enum Tag {
  kWidth = 256,
  kHeight = 257,
  kBitsPerSample = 258,
  kCompression = 259,
  kPhotometric = 262,
  kFillOrder = 266,
  kSamplesPerPixel = 277,
  kPlanarConfiguration = 284,
  kColourMap = 320,
  kExtraSamples = 338,
  kSampleFormat = 339
};
enum Extra { kUnspecified = 0, kPremultipliedAlpha = 1, kAlpha = 2, kAlphaOfCorelDraw = 999 };

constexpr int kNone = -1;  // not a whole number, or larger than any valid value

// The key of Pillow's table of what it reads (OPEN_INFO).
struct Kind {
  int photometric = kWhiteIsZero;
  int sample_format = kUnsigned;
  int fill_order = 1;
  int bits = 1;             // of each sample
  int samples = 1;          // of a pixel
  std::vector<int> extras;  // what the samples behind the colours are
  bool is_big_endian = false;
};

int whole(double value) {
  return value >= 0 && value <= 65535 && value == std::floor(value) ? static_cast<int>(value) : kNone;
}

std::vector<int> wholes_of(const TiffDirectory& directory, int tag) {
  const TiffTag* found = directory.find(tag);
  if (found == nullptr) return {};
  if (found->is_bytes()) return {kNone};
  std::vector<int> values(found->count());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = whole(found->value(i));
  return values;
}

bool are_equal(const std::vector<int>& values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

int sample_format_of(const TiffDirectory& directory) {
  const TiffTag* found = directory.find(kSampleFormat);
  if (found == nullptr) return kUnsigned;
  for (std::size_t i = 1; i < found->count(); ++i) {
    if (found->value(i) != found->value(0)) return kNone;
  }
  return found->is_bytes() && (found->count() == 1 || !found->is_byte()) ? kNone : whole(found->value(0));
}

// Empty where the numbers of samples contradict each other.
std::optional<Kind> read_kind(const TiffHeader& header, const TiffDirectory& directory) {
  Kind kind;
  const TiffTag* photometric = directory.find(kPhotometric);
  const bool has_many = photometric != nullptr && !photometric->is_bytes() && photometric->count() > 1;
  kind.photometric = has_many ? kWhiteIsZero : whole(directory.number(kPhotometric, kWhiteIsZero));
  kind.sample_format = sample_format_of(directory);
  kind.fill_order = whole(directory.number(kFillOrder, 1));
  kind.extras = wholes_of(directory, kExtraSamples);
  kind.is_big_endian = header.file.big_endian;
  kind.samples = whole(directory.number(kSamplesPerPixel, 1));
  std::vector<int> bits = wholes_of(directory, kBitsPerSample);
  if (bits.empty()) bits = {1};

  const bool is_planar = directory.number(kPlanarConfiguration, 1) == 2;
  const bool are_unspecified = std::all_of(kind.extras.begin(), kind.extras.end(), [](int extra) { return extra == kUnspecified; });
  if (is_planar && are_unspecified) {  // planes at the end that nothing needs
    bits.resize(bits.size() - std::min(bits.size(), kind.extras.size()));
    kind.samples -= static_cast<int>(kind.extras.size());
    kind.extras.clear();
  }
  constexpr int kMaxSamples = 6;
  if (kind.samples <= 0 || kind.samples > kMaxSamples || bits.empty()) return std::nullopt;
  const auto samples = static_cast<std::size_t>(kind.samples);
  if (bits.size() == 1 || bits.size() > samples) bits.resize(samples, bits[0]);
  if (bits.size() != samples || !are_equal(bits)) return std::nullopt;
  kind.bits = bits[0];
  return kind;
}

bool has_usual_order(const Kind& kind) {
  return kind.fill_order == 1;
}

bool is_narrow(const Kind& kind) {  // a sample is a byte or less, in either order of bits
  const bool has_order = kind.fill_order == 1 || kind.fill_order == 2;
  return has_order && kind.sample_format == kUnsigned && (kind.bits == 1 || kind.bits == 2 || kind.bits == 4 || kind.bits == 8);
}

// Two bytes, of which the second is alpha or nothing. (Pillow cannot convert grey that was multiplied by alpha.)
bool is_pair(const Kind& kind) {
  return kind.samples == 2 && kind.bits == 8 && kind.sample_format == kUnsigned && has_usual_order(kind) && kind.extras.size() == 1 &&
         (kind.extras[0] == kUnspecified || kind.extras[0] == kAlpha);
}

bool is_grey_read(const Kind& kind) {
  const bool is_white_zero = kind.photometric == kWhiteIsZero;
  if (kind.samples == 2) return is_pair(kind) && !is_white_zero;
  if (kind.samples != 1 || !kind.extras.empty()) return false;
  if (is_narrow(kind)) return true;
  switch (kind.sample_format) {
    case kUnsigned:
      if (kind.bits == 16 && !kind.is_big_endian) return has_usual_order(kind) || (kind.fill_order == 2 && !is_white_zero);
      return has_usual_order(kind) && !is_white_zero && (kind.bits == 16 || (kind.bits == 32 && !kind.is_big_endian));
    case kSigned: return has_usual_order(kind) && !is_white_zero && (kind.bits == 8 || kind.bits == 16 || kind.bits == 32);
    case kFloat: return has_usual_order(kind) && kind.bits == 32;
    default: return false;
  }
}

// Colours, then extra samples: the first may be alpha, the others nothing.
bool is_colour_read(const Kind& kind, int colours, bool may_have_alpha) {
  if (kind.sample_format != kUnsigned || (kind.bits != 8 && kind.bits != 16)) return false;
  if (kind.fill_order == 2) return kind.photometric == kRgb && kind.samples == 3 && kind.bits == 8 && kind.extras.empty();
  if (!has_usual_order(kind)) return false;
  if (kind.extras.empty()) return kind.samples == colours || (may_have_alpha && kind.samples == colours + 1);
  const int most = kind.bits == 8 ? 6 : may_have_alpha ? 4 : colours;
  if (kind.samples != colours + static_cast<int>(kind.extras.size()) || kind.samples > most) return false;
  const int first = kind.extras[0];
  const bool is_alpha =
      first == kPremultipliedAlpha || first == kAlpha || (first == kAlphaOfCorelDraw && kind.bits == 8 && kind.samples == 4);
  const bool is_rest_nothing = std::all_of(kind.extras.begin() + 1, kind.extras.end(), [](int extra) { return extra == kUnspecified; });
  return (first == kUnspecified || (may_have_alpha && is_alpha)) && is_rest_nothing;
}

bool is_read(const Kind& kind) {
  switch (kind.photometric) {
    case kWhiteIsZero:
    case kBlackIsZero: return is_grey_read(kind);
    case kRgb: return is_colour_read(kind, 3, true);
    case kCmyk: return is_colour_read(kind, 4, false);
    case kPalette: return is_pair(kind) || (is_narrow(kind) && kind.samples == 1 && kind.extras.empty());
    case kYcbcr:
      return is_narrow(kind) && has_usual_order(kind) && kind.bits == 8 && kind.extras.empty() && (kind.samples == 1 || kind.samples == 3);
    default: return false;
  }
}

std::string describe(const TiffDirectory& directory) {
  return fmt::format("A TIFF of photometric {}, {} samples of {} bits, sample format {}", directory.number(kPhotometric, kWhiteIsZero),
                     directory.number(kSamplesPerPixel, 1), fmt::join(wholes_of(directory, kBitsPerSample), ", "),
                     sample_format_of(directory));
}

std::optional<Palette> read_palette(const TiffDirectory& directory) {
  const TiffTag* map = directory.find(kColourMap);
  if (map == nullptr || map->is_bytes() || !map->is_integer()) return std::nullopt;
  Palette palette;
  const std::size_t colours = map->count() / 3;  // all reds, all greens, all blues
  for (std::size_t i = 0; i < std::min(colours, palette.rgb.size()); ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      palette.rgb[i][c] = static_cast<std::uint8_t>(static_cast<std::int64_t>(map->value(c * colours + i)) >> 8);
  }
  return palette;
}

std::optional<double> whole_number(const TiffDirectory& directory, int tag) {
  const TiffTag* found = directory.find(tag);
  if (found == nullptr || !found->is_integer()) return std::nullopt;
  return found->value(0);
}

}  // namespace

int TiffLayout::used_samples() const {
  switch (photometric) {
    case kRgb: return is_premultiplied ? 4 : 3;
    case kCmyk: return 4;
    case kYcbcr: return std::min(samples, 3);
    default: return 1;
  }
}

std::size_t TiffLayout::row_bytes(std::uint32_t width) const {
  return (std::size_t{width} * static_cast<std::size_t>(is_planar ? 1 : samples) * static_cast<std::size_t>(bits) + 7) / 8;
}

Outcome<TiffPage> read_tiff_page(const TiffHeader& header, const TiffDirectory& directory, std::int64_t max_pixels) {
  const auto maybe_width = whole_number(directory, kWidth);
  const auto maybe_height = whole_number(directory, kHeight);
  if (!maybe_width || !maybe_height) return corrupt("The TIFF does not say its width and height");
  constexpr double kMost = 1e18;  // far above what is allowed, and still an int64
  if (const auto refusal = refuse_size(static_cast<std::int64_t>(std::min(*maybe_width, kMost)),
                                       static_cast<std::int64_t>(std::min(*maybe_height, kMost)), max_pixels)) {
    return *refusal;
  }
  TiffPage page;
  page.width = static_cast<std::uint32_t>(*maybe_width);
  page.height = static_cast<std::uint32_t>(*maybe_height);
  const int compression = whole(directory.number(kCompression, kTiffUncompressed));
  if (compression == kNone) return corrupt("The compression of the TIFF is not a number");
  page.compression = static_cast<std::uint16_t>(compression);

  const std::optional<Kind> maybe_kind = read_kind(header, directory);
  if (!maybe_kind || !is_read(*maybe_kind)) return unsupported(describe(directory));
  TiffLayout& layout = page.layout;
  layout.photometric = static_cast<std::uint16_t>(maybe_kind->photometric);
  layout.sample_format = static_cast<std::uint16_t>(maybe_kind->sample_format);
  layout.bits = maybe_kind->bits;
  layout.samples = maybe_kind->samples;
  layout.is_planar = directory.number(kPlanarConfiguration, 1) == 2 && layout.samples > 1;
  layout.is_premultiplied = !maybe_kind->extras.empty() && maybe_kind->extras[0] == kPremultipliedAlpha;
  layout.has_low_bit_first = maybe_kind->fill_order == 2;
  if (layout.photometric != kPalette) return page;
  const std::optional<Palette> maybe_palette = read_palette(directory);
  if (!maybe_palette) return corrupt("The TIFF has no palette");
  layout.palette = *maybe_palette;
  return page;
}

}  // namespace coulis
