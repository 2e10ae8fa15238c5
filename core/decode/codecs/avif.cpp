#include "core/decode/codecs/avif.hpp"

#include <avif/avif.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "core/decode/codecs/quiet_stderr.hpp"
#include "core/decode/failures.hpp"
#include "core/decode/heif_header.hpp"

namespace coulis {
namespace {

struct DecoderDeleter {
  void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};
using Decoder = std::unique_ptr<avifDecoder, DecoderDeleter>;
struct ImageDeleter {
  void operator()(avifImage* image) const { avifImageDestroy(image); }
};
using Image8 = std::unique_ptr<avifImage, ImageDeleter>;

Failure failure_of(avifResult result) {
  switch (result) {
    case AVIF_RESULT_TRUNCATED_DATA: return truncated("The data ends before the image does");
    case AVIF_RESULT_NO_CODEC_AVAILABLE: return unsupported("The libavif of this machine has no AV1 decoder: install one with dav1d");
    case AVIF_RESULT_OUT_OF_MEMORY: return too_large("There is not enough memory for the pixels of this image");
    case AVIF_RESULT_INVALID_FTYP:
    case AVIF_RESULT_NOT_IMPLEMENTED:
    case AVIF_RESULT_REFORMAT_FAILED:
    case AVIF_RESULT_UNSUPPORTED_DEPTH:
      return unsupported(fmt::format("libavif does not support this kind of AVIF: {}", avifResultToString(result)));
    default: return corrupt(fmt::format("libavif refuses it: {}", avifResultToString(result)));
  }
}

Decoder make_decoder() {
  Decoder decoder(avifDecoderCreate());
  if (decoder == nullptr) return decoder;
  decoder->maxThreads = 1;
  const bool has_dav1d = avifCodecName(AVIF_CODEC_CHOICE_DAV1D, AVIF_CODEC_FLAG_CAN_DECODE) != nullptr;
  decoder->codecChoice = has_dav1d ? AVIF_CODEC_CHOICE_DAV1D : AVIF_CODEC_CHOICE_AUTO;  // as in Pillow; takes a third of the others' time
  decoder->requestedSource = AVIF_DECODER_SOURCE_PRIMARY_ITEM;
  decoder->ignoreExif = decoder->ignoreXMP = AVIF_TRUE;
  decoder->strictFlags &= ~static_cast<avifStrictFlags>(AVIF_STRICT_CLAP_VALID | AVIF_STRICT_PIXI_REQUIRED);  // as Pillow does
  return decoder;
}

avifRGBImage make_rgb(const avifImage& image, avifRGBFormat format, std::uint8_t* pixels) {
  avifRGBImage rgb{};
  avifRGBImageSetDefaults(&rgb, &image);
  rgb.format = format;
  rgb.depth = 8;
  rgb.pixels = pixels;
  rgb.rowBytes = image.width * (format == AVIF_RGB_FORMAT_RGBA ? 4 : 3);
  return rgb;
}

// Has libyuv integers for it? libavif computes the others itself.
bool is_known_to_libyuv(const avifImage& image) {
  switch (image.matrixCoefficients) {
    case AVIF_MATRIX_COEFFICIENTS_BT709:
    case AVIF_MATRIX_COEFFICIENTS_BT470BG:
    case AVIF_MATRIX_COEFFICIENTS_BT601:
    case AVIF_MATRIX_COEFFICIENTS_UNSPECIFIED:
    case AVIF_MATRIX_COEFFICIENTS_BT2020_NCL: return true;
    case AVIF_MATRIX_COEFFICIENTS_CHROMA_DERIVED_NCL: break;
    default: return false;
  }
  switch (image.colorPrimaries) {
    case AVIF_COLOR_PRIMARIES_BT709:
    case AVIF_COLOR_PRIMARIES_UNSPECIFIED:
    case AVIF_COLOR_PRIMARIES_BT470BG:
    case AVIF_COLOR_PRIMARIES_BT601:
    case AVIF_COLOR_PRIMARIES_BT2020: return true;
    default: return false;
  }
}

// Of more than 8 bits: does the libavif in Pillow cut its samples to 8 bits before it converts them? Where libyuv converts deep samples,
// it does not: 10 bits, and 12 bits of 4:2:0, both to RGBA only. Nor where libyuv converts none.
bool is_cut_first(const avifImage& image, avifRGBFormat format) {
  if (!is_known_to_libyuv(image)) return false;
  const bool is_grey = image.yuvFormat == AVIF_PIXEL_FORMAT_YUV400;
  if (format == AVIF_RGB_FORMAT_RGB) return !is_grey;
  return is_grey || (image.depth == 12 && image.yuvFormat != AVIF_PIXEL_FORMAT_YUV420);
}

std::uint32_t deep_sample(const std::uint8_t* at) {
  std::uint16_t value = 0;
  std::memcpy(&value, at, 2);
  return value;
}

std::uint32_t halved(std::uint32_t size, int times) {
  return (size + (1U << times) - 1) >> times;
}

// The colours alone.
avifResult cut_to_8_bits(const avifImage& deep, avifImage& image) {
  const avifResult result = avifImageCopy(&image, &deep, 0);  // no planes
  if (result != AVIF_RESULT_OK) return result;
  image.depth = 8;
  static_cast<void>(avifImageAllocatePlanes(&image, AVIF_PLANES_YUV));  // gives a result in newer versions only
  const std::uint32_t shift = deep.depth - 8;
  avifPixelFormatInfo format;
  avifGetPixelFormatInfo(deep.yuvFormat, &format);
  for (int plane = AVIF_CHAN_Y; plane <= AVIF_CHAN_V; ++plane) {
    if (deep.yuvPlanes[plane] == nullptr) continue;
    if (image.yuvPlanes[plane] == nullptr) return AVIF_RESULT_OUT_OF_MEMORY;
    const std::uint32_t width = plane == AVIF_CHAN_Y ? deep.width : halved(deep.width, format.chromaShiftX);
    const std::uint32_t height = plane == AVIF_CHAN_Y ? deep.height : halved(deep.height, format.chromaShiftY);
    for (std::uint32_t y = 0; y < height; ++y) {
      const std::uint8_t* from = deep.yuvPlanes[plane] + std::size_t{y} * deep.yuvRowBytes[plane];
      std::uint8_t* to = image.yuvPlanes[plane] + std::size_t{y} * image.yuvRowBytes[plane];
      for (std::uint32_t x = 0; x < width; ++x)
        to[x] = static_cast<std::uint8_t>(std::min(deep_sample(from + std::size_t{x} * 2) >> shift, 255U));
    }
  }
  return AVIF_RESULT_OK;
}

// [height, width] of 8 bits: cut where libyuv converts alpha with the colours, else rounded.
std::vector<std::uint8_t> alpha_of(const avifImage& image) {
  const bool is_cut = is_known_to_libyuv(image) && image.yuvFormat != AVIF_PIXEL_FORMAT_YUV400 &&
                      (image.depth == 10 || image.yuvFormat != AVIF_PIXEL_FORMAT_YUV420);
  const std::uint32_t most = (1U << image.depth) - 1;
  std::vector<std::uint8_t> alpha(std::size_t{image.width} * image.height);
  for (std::uint32_t y = 0; y < image.height; ++y) {
    const std::uint8_t* from = image.alphaPlane + std::size_t{y} * image.alphaRowBytes;
    std::uint8_t* to = alpha.data() + std::size_t{y} * image.width;
    for (std::uint32_t x = 0; x < image.width; ++x) {
      const std::uint32_t value = image.depth == 8 ? from[x] : deep_sample(from + std::size_t{x} * 2);
      to[x] = static_cast<std::uint8_t>(std::min(is_cut ? value >> (image.depth - 8) : (value * 255 + most / 2) / most, 255U));
    }
  }
  return alpha;
}

// rgba: colours that were multiplied by alpha. As libyuv divides them on x86-64 (ARGBUnattenuateRow_AVX2), in 16 bits: on other CPUs it
// clips colours that are brighter than their alpha in another way.
void divide_by_alpha(std::vector<std::uint8_t>& rgba, const std::vector<std::uint8_t>& alpha) {
  for (std::size_t i = 0; i < alpha.size(); ++i) {
    const std::uint32_t inverse = alpha[i] == 0 ? 0 : std::min(0x10000U / alpha[i], 0xFFFFU) - (alpha[i] == 255 ? 1 : 0);
    for (std::size_t at = i * 4; at < i * 4 + 3; ++at) {
      const std::uint32_t colour = rgba[at] * 257U * inverse >> 16U;
      rgba[at] = static_cast<std::uint8_t>(colour > 0x7FFF ? 0 : std::min(colour, 255U));  // a negative number there
    }
  }
}

// As the libavif in Pillow: older versions convert deep samples in other ways.
avifResult convert(const avifImage& image, avifRGBImage rgb) {
  if (image.depth == 8 || !is_cut_first(image, rgb.format)) return avifImageYUVToRGB(&image, &rgb);
  const Image8 cut_image(avifImageCreateEmpty());
  if (cut_image == nullptr) return AVIF_RESULT_OUT_OF_MEMORY;
  const avifResult result = cut_to_8_bits(image, *cut_image);
  return result == AVIF_RESULT_OK ? avifImageYUVToRGB(cut_image.get(), &rgb) : result;
}

}  // namespace

bool reads_av1() {
  return avifCodecName(AVIF_CODEC_CHOICE_AUTO, AVIF_CODEC_FLAG_CAN_DECODE) != nullptr;
}

std::optional<Failure> decode_avif(std::span<const std::byte> bytes, std::int64_t max_pixels, int orientation, RowSink& sink) {
  if (auto refusal = refuse_heif(read_heif_header({bytes}), max_pixels)) return refusal;
  const QuietStderr quiet;
  const Decoder decoder = make_decoder();
  if (decoder == nullptr) return failure_of(AVIF_RESULT_OUT_OF_MEMORY);
  avifResult result = avifDecoderSetIOMemory(decoder.get(), reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (result == AVIF_RESULT_OK) result = avifDecoderParse(decoder.get());
  if (result != AVIF_RESULT_OK) return failure_of(result);
  avifImage& image = *decoder->image;
  if (auto refusal = refuse_size(image.width, image.height, max_pixels)) return refusal;
  result = avifDecoderNextImage(decoder.get());
  if (result != AVIF_RESULT_OK) return failure_of(result);
  if (auto refusal = refuse_size(image.width, image.height, max_pixels)) return refusal;  // the bitstream decides

  const auto width = static_cast<int>(image.width);
  const auto height = static_cast<int>(image.height);
  const bool has_alpha = image.alphaPlane != nullptr;
  if (!has_alpha) {
    sink.start(width, height, orientation);
    result = convert(image, make_rgb(image, AVIF_RGB_FORMAT_RGB, sink.place(height)));  // chroma is blended across rows: the whole image
    if (result != AVIF_RESULT_OK) return failure_of(result);
    sink.take();
    return std::nullopt;
  }
  const std::vector<std::uint8_t> alpha = image.alphaPremultiplied == AVIF_TRUE ? alpha_of(image) : std::vector<std::uint8_t>();
  avifImageFreePlanes(&image, AVIF_PLANES_A);  // or it would darken the colours
  image.alphaPremultiplied = AVIF_FALSE;
  std::vector<std::uint8_t> rgba(std::size_t{image.width} * image.height * 4);  // as Pillow asks for it: colours differ by 1 from RGB alone
  const avifRGBImage target = make_rgb(image, AVIF_RGB_FORMAT_RGBA, rgba.data());
  result = convert(image, target);
  if (result != AVIF_RESULT_OK) return failure_of(result);
  divide_by_alpha(rgba, alpha);
  send_rows(sink, width, height, orientation, [&](int y, std::uint8_t* rgb) {
    const std::uint8_t* from = rgba.data() + static_cast<std::size_t>(y) * image.width * 4;
    for (int x = 0; x < width; ++x, from += 4, rgb += 3) std::memcpy(rgb, from, 3);
  });
  return std::nullopt;
}

}  // namespace coulis
