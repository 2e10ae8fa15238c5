#include "core/decode/codecs/avif.hpp"

#include <avif/avif.h>
#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <vector>

#include "core/decode/failures.hpp"
#include "core/decode/heif_header.hpp"

namespace coulis {
namespace {

struct DecoderDeleter {
  void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};
using Decoder = std::unique_ptr<avifDecoder, DecoderDeleter>;

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

avifResult convert(const avifImage& image, avifRGBFormat format, std::uint8_t* pixels, std::uint32_t row_bytes) {
  avifRGBImage rgb{};
  avifRGBImageSetDefaults(&rgb, &image);
  rgb.format = format;
  rgb.depth = 8;
  rgb.pixels = pixels;
  rgb.rowBytes = row_bytes;
  return avifImageYUVToRGB(&image, &rgb);
}

}  // namespace

bool reads_av1() {
  return avifCodecName(AVIF_CODEC_CHOICE_AUTO, AVIF_CODEC_FLAG_CAN_DECODE) != nullptr;
}

std::optional<Failure> decode_avif(std::span<const std::byte> bytes, std::int64_t max_pixels, int orientation, RowSink& sink) {
  if (auto refusal = refuse_heif(read_heif_header({bytes}), max_pixels)) return refusal;
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
  if (image.alphaPremultiplied == AVIF_FALSE) {
    avifImageFreePlanes(&image, AVIF_PLANES_A);  // or it would darken the colours
    sink.start(width, height, orientation);
    result = convert(image, AVIF_RGB_FORMAT_RGB, sink.place(height), image.width * 3);  // chroma is blended across rows: the whole image
    if (result != AVIF_RESULT_OK) return failure_of(result);
    sink.take();
    return std::nullopt;
  }
  std::vector<std::uint8_t> rgba(std::size_t{image.width} * image.height * 4);  // the colours, no longer multiplied by alpha
  result = convert(image, AVIF_RGB_FORMAT_RGBA, rgba.data(), image.width * 4);
  if (result != AVIF_RESULT_OK) return failure_of(result);
  send_rows(sink, width, height, orientation, [&](int y, std::uint8_t* rgb) {
    const std::uint8_t* from = rgba.data() + static_cast<std::size_t>(y) * image.width * 4;
    for (int x = 0; x < width; ++x, from += 4, rgb += 3) std::memcpy(rgb, from, 3);
  });
  return std::nullopt;
}

}  // namespace coulis
