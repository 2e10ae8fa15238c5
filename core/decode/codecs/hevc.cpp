#include "core/decode/codecs/hevc.hpp"

#include <libheif/heif_plugin.h>

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
}

#include <array>
#include <climits>
#include <cstring>
#include <memory>

namespace coulis {
namespace {

constexpr heif_error kFine = {heif_error_Ok, heif_suberror_Unspecified, ""};
constexpr heif_error kDamaged = {heif_error_Decoder_plugin_error, heif_suberror_Unspecified, "The HEVC data is damaged"};
constexpr heif_error kCut = {heif_error_Decoder_plugin_error, heif_suberror_End_of_data, "The HEVC data ends early"};
constexpr heif_error kNoMemory = {heif_error_Memory_allocation_error, heif_suberror_Unspecified, "There is not enough memory"};

struct Freer {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(heif_color_profile_nclx* profile) const { heif_nclx_color_profile_free(profile); }
};
using Context = std::unique_ptr<AVCodecContext, Freer>;
using Frame = std::unique_ptr<AVFrame, Freer>;
using Profile = std::unique_ptr<heif_color_profile_nclx, Freer>;

const AVCodec* find_codec() {
  return avcodec_find_decoder_by_name("hevc");  // in software; some builds of libavcodec lack it
}

// Takes NAL units, each after its length in 4 bytes, as libheif gives them, with the parameter sets among them.
Context open_context() {
  Context context(avcodec_alloc_context3(find_codec()));
  if (context == nullptr) return nullptr;
  context->thread_count = 1;
  context->err_recognition = AV_EF_EXPLODE;
  context->flags |= AV_CODEC_FLAG_UNALIGNED;  // crops at the left by any number of pixels
  context->log_level_offset = 100;            // beyond all levels: prints nothing
  constexpr int kConfigurationBytes = 23;     // an `hvcC` without parameter sets
  context->extradata = static_cast<std::uint8_t*>(av_mallocz(kConfigurationBytes + AV_INPUT_BUFFER_PADDING_SIZE));
  if (context->extradata == nullptr) return nullptr;
  context->extradata_size = kConfigurationBytes;
  context->extradata[0] = 1;   // version
  context->extradata[21] = 3;  // bytes of a length, minus one
  return avcodec_open2(context.get(), nullptr, nullptr) < 0 ? nullptr : std::move(context);
}

heif_chroma chroma_of(const AVPixFmtDescriptor& format) {
  if (format.nb_components == 1) return heif_chroma_monochrome;
  if (format.log2_chroma_w == 0) return heif_chroma_444;
  return format.log2_chroma_h == 0 ? heif_chroma_422 : heif_chroma_420;
}

// The planes of an RGB format come as green, blue, red: as HEVC codes them.
heif_error copy_plane(const AVFrame& frame, const AVPixFmtDescriptor& format, int plane, heif_image* image) {
  constexpr std::array kChannels = {heif_channel_Y, heif_channel_Cb, heif_channel_Cr};
  const heif_channel channel = kChannels.at(static_cast<std::size_t>(plane));
  const int depth = format.comp[0].depth;
  const int width = plane == 0 ? frame.width : AV_CEIL_RSHIFT(frame.width, format.log2_chroma_w);
  const int height = plane == 0 ? frame.height : AV_CEIL_RSHIFT(frame.height, format.log2_chroma_h);
  const heif_error error = heif_image_add_plane(image, channel, width, height, depth);
  if (error.code != heif_error_Ok) return error;
  int stride = 0;
  std::uint8_t* to = heif_image_get_plane(image, channel, &stride);
  const std::uint8_t* from = frame.data[plane];
  const std::size_t row_bytes = static_cast<std::size_t>(width) * (depth > 8 ? 2 : 1);
  for (int y = 0; y < height; ++y, to += stride, from += frame.linesize[plane]) std::memcpy(to, from, row_bytes);
  return kFine;
}

// For a file without a colour profile of its own. Unknown numbers stay unspecified.
void describe_colours(const AVCodecContext& context, heif_image* image) {
  const Profile profile(heif_nclx_color_profile_alloc());
  if (profile == nullptr) return;
  heif_nclx_color_profile_set_color_primaries(profile.get(), static_cast<std::uint16_t>(context.color_primaries));
  heif_nclx_color_profile_set_transfer_characteristics(profile.get(), static_cast<std::uint16_t>(context.color_trc));
  heif_nclx_color_profile_set_matrix_coefficients(profile.get(), static_cast<std::uint16_t>(context.colorspace));
  profile->full_range_flag = context.color_range == AVCOL_RANGE_JPEG ? 1 : 0;
  heif_image_set_nclx_color_profile(image, profile.get());
}

heif_error make_image(const AVCodecContext& context, const AVFrame& frame, heif_image** image) {
  const AVPixFmtDescriptor& format = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  const heif_chroma chroma = chroma_of(format);
  const heif_colorspace space = chroma == heif_chroma_monochrome ? heif_colorspace_monochrome : heif_colorspace_YCbCr;
  heif_error error = heif_image_create(frame.width, frame.height, space, chroma, image);
  for (int plane = 0; plane < format.nb_components && error.code == heif_error_Ok; ++plane)
    error = copy_plane(frame, format, plane, *image);
  if (error.code == heif_error_Ok) {
    describe_colours(context, *image);
    return kFine;
  }
  heif_image_release(*image);
  *image = nullptr;
  return error;
}

// The plugin's decoder is the packet in which the NAL units are collected.

heif_error start_packet(void** decoder) {
  *decoder = av_packet_alloc();
  return *decoder == nullptr ? kNoMemory : kFine;
}

void free_packet(void* decoder) {
  auto* packet = static_cast<AVPacket*>(decoder);
  av_packet_free(&packet);
}

heif_error push_units(void* decoder, const void* data, std::size_t size) {
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  for (std::size_t at = 0; at < size;) {
    if (size - at < 4) return kCut;
    const std::size_t length =
        std::size_t{bytes[at]} << 24 | std::size_t{bytes[at + 1]} << 16 | std::size_t{bytes[at + 2]} << 8 | bytes[at + 3];
    at += 4;
    if (length > size - at) return kCut;
    at += length;
  }
  auto* packet = static_cast<AVPacket*>(decoder);
  const int before = packet->size;
  if (size > INT_MAX || av_grow_packet(packet, static_cast<int>(size)) < 0) return kNoMemory;
  std::memcpy(packet->data + before, bytes, size);
  return kFine;
}

heif_error decode_packet(void* decoder, heif_image** image) {
  const Context context = open_context();
  const Frame frame(av_frame_alloc());
  if (context == nullptr || frame == nullptr) return kNoMemory;
  int result = avcodec_send_packet(context.get(), static_cast<AVPacket*>(decoder));
  if (result >= 0) result = avcodec_send_packet(context.get(), nullptr);
  if (result >= 0) result = avcodec_receive_frame(context.get(), frame.get());
  if (result == AVERROR(ENOMEM)) return kNoMemory;
  if (result < 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0 || frame->decode_error_flags != 0) return kDamaged;
  return make_image(*context, *frame, image);
}

int priority_of(heif_compression_format format) {
  const bool is_for_us = format == heif_compression_HEVC && ByLibavcodec::is_wanted() && find_codec() != nullptr;
  return is_for_us ? 200 : 0;  // others have 100
}

#if LIBHEIF_HAVE_VERSION(1, 21, 0)  // which takes no plugins of earlier versions: images go in and come out one after another

heif_error push_units_of(void* decoder, const void* data, std::size_t size, std::uintptr_t user_data) {
  static_cast<AVPacket*>(decoder)->opaque = reinterpret_cast<void*>(user_data);
  return push_units(decoder, data, size);
}

heif_error decode_next(void* decoder, heif_image** maybe_image, std::uintptr_t* user_data, const heif_security_limits* /*limits*/) {
  auto* packet = static_cast<AVPacket*>(decoder);
  *maybe_image = nullptr;
  if (packet->size == 0) return kFine;  // all have come out
  if (user_data != nullptr) *user_data = reinterpret_cast<std::uintptr_t>(packet->opaque);
  const heif_error error = decode_packet(decoder, maybe_image);
  av_packet_unref(packet);
  return error;
}

void add_version_5(heif_decoder_plugin& plugin) {
  plugin.plugin_api_version = 5;
  plugin.minimum_required_libheif_version = LIBHEIF_MAKE_VERSION(1, 21, 0);
  plugin.does_support_format2 = [](const heif_decoder_plugin_compressed_format_description* data) { return priority_of(data->format); };
  plugin.new_decoder2 = [](void** decoder, const heif_decoder_plugin_options* /*options*/) { return start_packet(decoder); };
  plugin.push_data2 = push_units_of;
  plugin.flush_data = [](void* /*decoder*/) { return kFine; };
  plugin.decode_next_image2 = decode_next;
}

#else
void add_version_5(heif_decoder_plugin& /*plugin*/) {}
#endif

heif_decoder_plugin make_plugin() {
  heif_decoder_plugin plugin{};
  plugin.plugin_api_version = 3;  // of libheif 1.15
  plugin.id_name = "coulis-libavcodec";
  plugin.get_plugin_name = [] { return "libavcodec for coulis"; };
  plugin.does_support_format = priority_of;
  plugin.new_decoder = start_packet;
  plugin.free_decoder = free_packet;
  plugin.push_data = push_units;
  plugin.decode_image = decode_packet;
  add_version_5(plugin);
  return plugin;
}

}  // namespace

void register_libavcodec() {
  static const heif_decoder_plugin kPlugin = make_plugin();
  heif_register_decoder_plugin(&kPlugin);
}

}  // namespace coulis
