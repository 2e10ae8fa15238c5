#include "core/decode/codecs/heif.hpp"

#include <fmt/format.h>
#include <libheif/heif.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "core/decode/codecs/hevc.hpp"
#include "core/decode/failures.hpp"
#include "core/decode/heif_header.hpp"

namespace coulis {
namespace {

template <auto kRelease>
struct Releaser {
  template <class T>
  void operator()(T* held) const {
    kRelease(held);
  }
};
using Context = std::unique_ptr<heif_context, Releaser<heif_context_free>>;
using Handle = std::unique_ptr<heif_image_handle, Releaser<heif_image_handle_release>>;
using Options = std::unique_ptr<heif_decoding_options, Releaser<heif_decoding_options_free>>;
using Decoded = std::unique_ptr<heif_image, Releaser<heif_image_release>>;

// Once. Without plugins, libheif has its built-in decoders only.
void load_plugins() {
  [[maybe_unused]] static const bool kLoaded = [] {
    heif_init(nullptr);
#ifdef COULIS_HAS_LIBAVCODEC
    register_libavcodec();
#endif
    return true;
  }();
}

Failure failure_of(const heif_error& error) {
  if (error.subcode == heif_suberror_Unsupported_codec) {
    if (reads_hevc()) return unsupported("libheif does not support the codec of this HEIF");
    return unsupported("The libheif of this machine has no HEVC decoder: install libheif-plugin-libde265");
  }
  if (error.subcode == heif_suberror_End_of_data) return truncated("The data ends before the image does");
  switch (error.code) {
    case heif_error_Memory_allocation_error: return too_large(fmt::format("More than libheif allows: {}", error.message));
    case heif_error_Unsupported_feature:
    case heif_error_Unsupported_filetype: return unsupported(fmt::format("libheif does not support this kind of HEIF: {}", error.message));
    default: return corrupt(fmt::format("libheif refuses it: {}", error.message));
  }
}

bool is_ok(const heif_error& error) {
  return error.code == heif_error_Ok;
}

heif_error decode_handle(const heif_image_handle& handle, heif_colorspace space, heif_chroma chroma, Decoded& decoded) {
  const Options options(heif_decoding_options_alloc());
  options->convert_hdr_to_8bit = space == heif_colorspace_monochrome ? 0 : 1;  // see copy_deep_grey()
  options->strict_decoding = 1;                                                // a missing tile is an error
#if LIBHEIF_HAVE_VERSION(1, 21, 0)
  if (options->version >= 8) options->num_codec_threads = 1;
#endif
  heif_image* image = nullptr;
  heif_error error = heif_decode_image(&handle, &image, space, chroma, options.get());
  const std::array<heif_suberror_code, 3> kHarmless = {heif_suberror_Unknown_NCLX_color_primaries,
                                                       heif_suberror_Unknown_NCLX_transfer_characteristics,
                                                       heif_suberror_Unknown_NCLX_matrix_coefficients};
  if (std::find(kHarmless.begin(), kHarmless.end(), error.subcode) != kHarmless.end()) {
    options->strict_decoding = 0;
    error = heif_decode_image(&handle, &image, space, chroma, options.get());
  }
  decoded.reset(image);
  return error;
}

struct Plane {
  Plane(const heif_image& decoded, heif_channel channel)
      : data(heif_image_get_plane_readonly(&decoded, channel, &stride)),
        width(heif_image_get_width(&decoded, channel)),
        height(heif_image_get_height(&decoded, channel)) {}

  const std::uint8_t* row(int y) const { return data + static_cast<std::ptrdiff_t>(y) * stride; }

  int stride = 0;
  const std::uint8_t* data;
  int width;
  int height;
};

// Grey of more than 8 bits, as in Pillow's mode I;16: scaled to 16 bits, then clipped at 255.
void copy_deep_grey(const std::uint8_t* from, int shift, std::uint8_t* to, int width) {
  for (int x = 0; x < width; ++x, from += 2, to += 3) {
    std::uint16_t value = 0;
    std::memcpy(&value, from, 2);
    std::memset(to, std::min(value << shift, 255), 3);
  }
}

void interleave(const std::uint8_t* red, const std::uint8_t* green, const std::uint8_t* blue, std::uint8_t* to, int width) {
  for (int x = 0; x < width; ++x, to += 3) {
    to[0] = red[x];
    to[1] = green[x];
    to[2] = blue[x];
  }
}

std::optional<Failure> send_pixels(const heif_image& decoded, std::int64_t max_pixels, RowSink& sink) {
  const heif_chroma chroma = heif_image_get_chroma_format(&decoded);
  const heif_channel channel = chroma == heif_chroma_interleaved_RGB ? heif_channel_interleaved
                               : chroma == heif_chroma_monochrome    ? heif_channel_Y
                                                                     : heif_channel_R;
  const Plane first(decoded, channel);
  if (first.data == nullptr) return corrupt("libheif gives no pixels");
  if (auto refusal = refuse_size(first.width, first.height, max_pixels)) return refusal;
  const bool is_planar = channel == heif_channel_R;
  const Plane green(decoded, is_planar ? heif_channel_G : channel);
  const Plane blue(decoded, is_planar ? heif_channel_B : channel);
  const int depth = heif_image_get_bits_per_pixel_range(&decoded, channel);
  if ((channel == heif_channel_Y) != (depth > 8)) return corrupt(fmt::format("libheif gives pixels of {} bits", depth));
  const int shift = 16 - depth;
  send_rows(sink, first.width, first.height, 1, [&](int y, std::uint8_t* rgb) {
    if (is_planar) interleave(first.row(y), green.row(y), blue.row(y), rgb, first.width);
    if (channel == heif_channel_Y) copy_deep_grey(first.row(y), shift, rgb, first.width);
    if (channel == heif_channel_interleaved) std::memcpy(rgb, first.row(y), static_cast<std::size_t>(first.width) * 3);
  });
  return std::nullopt;
}

}  // namespace

bool reads_hevc() {
  load_plugins();
  const ByLibavcodec by_libavcodec;
  return heif_have_decoder_for_format(heif_compression_HEVC) != 0;
}

std::optional<Failure> decode_heif(std::span<const std::byte> bytes, std::int64_t max_pixels, RowSink& sink) {
  load_plugins();
  const HeifHeader header = read_heif_header({bytes});
  if (auto refusal = refuse_heif(header, max_pixels)) return refusal;

  const Context context(heif_context_alloc());
  heif_context_set_max_decoding_threads(context.get(), 0);
  heif_error error = heif_context_read_from_memory_without_copy(context.get(), bytes.data(), bytes.size(), nullptr);
  if (!is_ok(error)) return failure_of(error);
  heif_image_handle* primary = nullptr;
  error = heif_context_get_primary_image_handle(context.get(), &primary);
  const Handle handle(primary);
  if (!is_ok(error)) return failure_of(error);
  if (auto refusal = refuse_size(heif_image_handle_get_width(primary), heif_image_handle_get_height(primary), max_pixels)) return refusal;

  const bool is_deep = heif_image_handle_get_luma_bits_per_pixel(primary) > 8;
  const bool has_alpha = heif_image_handle_has_alpha_channel(primary) != 0;
  heif_colorspace space = heif_colorspace_RGB;
  heif_chroma chroma = heif_chroma_interleaved_RGB;
#if !LIBHEIF_HAVE_VERSION(1, 16, 0)
  // These versions convert to planes first: interleaving them here saves a pass. They do not convert images of 16 bits.
  if (!is_deep) chroma = heif_chroma_444;
#endif
  if (header.is_grey && is_deep && !has_alpha) {
    space = heif_colorspace_monochrome;
    chroma = heif_chroma_monochrome;
  }
  std::optional<ByLibavcodec> by_libavcodec;
  if (header.suits_libavcodec) by_libavcodec.emplace();
  Decoded decoded;
  error = decode_handle(*primary, space, chroma, decoded);
  if (!is_ok(error)) return failure_of(error);
  return send_pixels(*decoded, max_pixels, sink);
}

}  // namespace coulis
