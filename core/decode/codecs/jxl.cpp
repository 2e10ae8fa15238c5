#include "core/decode/codecs/jxl.hpp"

#include <jxl/decode.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "core/decode/codecs/quiet_stderr.hpp"
#include "core/decode/failures.hpp"

namespace coulis {
namespace {

struct DecoderDeleter {
  void operator()(JxlDecoder* decoder) const { JxlDecoderDestroy(decoder); }
};
using Decoder = std::unique_ptr<JxlDecoder, DecoderDeleter>;  // without a runner it uses the caller's thread only

// Events come in their order; `input` must outlive the decoder. Input
// is never closed, so a truncated file makes libjxl ask for more.
Decoder start_decoder(std::span<const std::byte> input, int events) {
  Decoder decoder(JxlDecoderCreate(nullptr));
  if (decoder == nullptr || JxlDecoderSubscribeEvents(decoder.get(), events) != JXL_DEC_SUCCESS ||
      JxlDecoderSetInput(decoder.get(), reinterpret_cast<const std::uint8_t*>(input.data()), input.size()) != JXL_DEC_SUCCESS) {
    return nullptr;
  }
  return decoder;
}

Failure failure_of(JxlDecoderStatus status) {
  if (status == JXL_DEC_NEED_MORE_INPUT) return truncated("The data ends before the image does");
  return corrupt("libjxl refuses the JPEG XL data");
}

bool has_black_channel(const JxlDecoder* decoder, const JxlBasicInfo& info) {
  for (std::uint32_t i = 0; i < info.num_extra_channels; ++i) {
    JxlExtraChannelInfo channel;
    if (JxlDecoderGetExtraChannelInfo(decoder, i, &channel) == JXL_DEC_SUCCESS && channel.type == JXL_CHANNEL_BLACK) return true;
  }
  return false;
}

// Pillow has modes of its own for one channel alone: I;16 for more than 8 bits, F for floats. Their values are clipped, not scaled.
JxlDataType find_type(const JxlBasicInfo& info) {
  if (info.num_color_channels != 1 || info.alpha_bits != 0) return JXL_TYPE_UINT8;
  if (info.exponent_bits_per_sample != 0) return JXL_TYPE_FLOAT;
  return info.bits_per_sample > 8 ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8;
}

// [pixels] samples -> RGB
template <class T>
void clip_into(const std::uint8_t* samples, std::size_t pixels, std::uint8_t* to) {
  for (std::size_t i = 0; i < pixels; ++i, samples += sizeof(T), to += 3) {
    T value{};
    std::memcpy(&value, samples, sizeof(T));
    std::memset(to, value >= T{255} ? 255 : value > T{0} ? static_cast<int>(value) : 0, 3);  // NaN gives 0
  }
}

std::optional<Failure> read_pixels(JxlDecoder* decoder, std::int64_t max_pixels, int orientation, RowSink& sink) {
  JxlBasicInfo info;
  JxlDecoderStatus status = JxlDecoderProcessInput(decoder);
  if (status != JXL_DEC_BASIC_INFO) return failure_of(status);
  if (JxlDecoderGetBasicInfo(decoder, &info) != JXL_DEC_SUCCESS) return corrupt("The JPEG XL has no size");
  if (auto refusal = refuse_size(info.xsize, info.ysize, max_pixels)) return refusal;
  if (has_black_channel(decoder, info)) return unsupported("JPEG XL in CMYK is not supported: convert it to RGB first");

  const JxlDataType type = find_type(info);
  const JxlPixelFormat format{type == JXL_TYPE_UINT8 ? 3U : 1U, type, JXL_NATIVE_ENDIAN, 0};
  status = JxlDecoderProcessInput(decoder);
  std::size_t size_bytes = 0;
  if (status != JXL_DEC_NEED_IMAGE_OUT_BUFFER) return failure_of(status);
  if (JxlDecoderImageOutBufferSize(decoder, &format, &size_bytes) != JXL_DEC_SUCCESS) return corrupt("The JPEG XL has no pixels");
  const std::size_t sample_bytes = type == JXL_TYPE_FLOAT ? 4 : type == JXL_TYPE_UINT16 ? 2 : 3;
  if (size_bytes != std::size_t{info.xsize} * info.ysize * sample_bytes) return corrupt("The JPEG XL contradicts its size");
  const auto width = static_cast<int>(info.xsize);
  const auto height = static_cast<int>(info.ysize);
  std::vector<std::uint8_t> samples(type == JXL_TYPE_UINT8 ? 0 : size_bytes);
  if (samples.empty()) sink.start(width, height, orientation);
  std::uint8_t* out = samples.empty() ? sink.place(height) : samples.data();  // libjxl writes the whole image
  if (JxlDecoderSetImageOutBuffer(decoder, &format, out, size_bytes) != JXL_DEC_SUCCESS) return corrupt("libjxl gives no pixels");
  status = JxlDecoderProcessInput(decoder);
  if (status != JXL_DEC_FULL_IMAGE) return failure_of(status);
  if (samples.empty()) {
    sink.take();
    return std::nullopt;
  }
  send_rows(sink, width, height, orientation, [&](int y, std::uint8_t* rgb) {
    const std::uint8_t* row = samples.data() + static_cast<std::size_t>(y) * info.xsize * sample_bytes;
    type == JXL_TYPE_FLOAT ? clip_into<float>(row, info.xsize, rgb) : clip_into<std::uint16_t>(row, info.xsize, rgb);
  });
  return std::nullopt;
}

}  // namespace

Outcome<std::vector<std::uint8_t>> unpack_jpeg(std::span<const std::byte> bytes, std::int64_t max_pixels) {
  const QuietStderr quiet;
  const Decoder decoder = start_decoder(bytes, JXL_DEC_BASIC_INFO | JXL_DEC_JPEG_RECONSTRUCTION | JXL_DEC_FULL_IMAGE);
  if (decoder == nullptr) return too_large("There is not enough memory to decode a JPEG XL");
  constexpr std::size_t kStep = 1U << 16U;
  constexpr std::size_t kMetadata = 16U << 20U;
  std::vector<std::uint8_t> jpeg;
  std::size_t used = 0;
  std::size_t most = kMetadata;  // until the size is known: what is needed to rebuild the JPEG may come before it
  for (;;) {
    const JxlDecoderStatus status = JxlDecoderProcessInput(decoder.get());
    if (status == JXL_DEC_BASIC_INFO) {
      JxlBasicInfo info;
      if (JxlDecoderGetBasicInfo(decoder.get(), &info) != JXL_DEC_SUCCESS) return corrupt("The JPEG XL has no size");
      if (const auto refusal = refuse_size(info.xsize, info.ysize, max_pixels)) return *refusal;
      most = kMetadata + std::size_t{info.xsize} * info.ysize * 6;  // 16 bits a sample
    } else if (status == JXL_DEC_JPEG_RECONSTRUCTION || status == JXL_DEC_JPEG_NEED_MORE_OUTPUT) {
      if (!jpeg.empty()) used = jpeg.size() - JxlDecoderReleaseJPEGBuffer(decoder.get());
      if (jpeg.size() >= most) return too_large("The JPEG in this JPEG XL is larger than its pixels");
      jpeg.resize(std::max(kStep, jpeg.size() * 2));
      if (JxlDecoderSetJPEGBuffer(decoder.get(), jpeg.data() + used, jpeg.size() - used) != JXL_DEC_SUCCESS)
        return corrupt("libjxl gives no JPEG");
    } else if (status == JXL_DEC_FULL_IMAGE) {
      jpeg.resize(jpeg.empty() ? 0 : jpeg.size() - JxlDecoderReleaseJPEGBuffer(decoder.get()));
      return jpeg;
    } else {
      return failure_of(status);
    }
  }
}

std::optional<Failure> decode_jxl_pixels(std::span<const std::byte> bytes, std::int64_t max_pixels, int orientation, RowSink& sink) {
  const QuietStderr quiet;
  const Decoder decoder = start_decoder(bytes, JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE);
  if (decoder == nullptr) return too_large("There is not enough memory to decode a JPEG XL");
  return read_pixels(decoder.get(), max_pixels, orientation, sink);
}

}  // namespace coulis
