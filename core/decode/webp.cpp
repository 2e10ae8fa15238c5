#include "core/decode/webp.hpp"

#include <webp/decode.h>
#include <webp/demux.h>

#include <cstring>
#include <memory>

#include "core/decode/failures.hpp"

namespace coulis {
namespace {

struct DemuxerDeleter {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};

struct Frame {
  Frame() = default;
  ~Frame() { WebPDemuxReleaseIterator(&iterator); }
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  WebPIterator iterator{};
};

struct Chunk {
  Chunk() = default;
  ~Chunk() { WebPDemuxReleaseChunkIterator(&iterator); }
  Chunk(const Chunk&) = delete;
  Chunk& operator=(const Chunk&) = delete;

  WebPChunkIterator iterator{};
};

Failure failure_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return too_large("There is not enough memory for the pixels of this image");
    case VP8_STATUS_UNSUPPORTED_FEATURE: return unsupported("libwebp does not support this kind of WebP");
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: return truncated("The data ends before the image does");
    default: return corrupt("The WebP data contradicts itself");
  }
}

// Everything except the frame. Done last, so that a false canvas size costs no memory before its frame has been read.
void blacken_around(const WebPIterator& frame, std::uint8_t* canvas, int width, int height) {
  for (int y = 0; y < height; ++y) {
    const bool crosses_frame = y >= frame.y_offset && y < frame.y_offset + frame.height;
    const int left_px = crosses_frame ? frame.x_offset : width;
    const int right_px = crosses_frame ? width - frame.x_offset - frame.width : 0;
    std::uint8_t* row = canvas + std::ptrdiff_t{y} * width * 3;
    std::memset(row, 0, static_cast<std::size_t>(left_px) * 3);
    std::memset(row + std::ptrdiff_t{width - right_px} * 3, 0, static_cast<std::size_t>(right_px) * 3);
  }
}

}  // namespace

std::optional<Failure> decode_webp(std::span<const std::byte> bytes, std::int64_t max_pixels, int orientation, RowSink& sink) {
  const WebPData data{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  WebPDemuxState state = WEBP_DEMUX_PARSE_ERROR;
  const std::unique_ptr<WebPDemuxer, DemuxerDeleter> demuxer(WebPDemuxPartial(&data, &state));
  if (state == WEBP_DEMUX_PARSE_ERROR) return corrupt("The chunks of the WebP contradict each other");
  if (demuxer == nullptr || state == WEBP_DEMUX_PARSING_HEADER) return truncated("The file ends within its header");
  const std::uint32_t canvas_width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
  const std::uint32_t canvas_height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
  if (const auto refusal = refuse_size(canvas_width, canvas_height, max_pixels)) return refusal;
  if (state != WEBP_DEMUX_DONE) return truncated("The file is shorter than its header says");
  Frame frame;
  if (WebPDemuxGetFrame(demuxer.get(), 1, &frame.iterator) == 0) return corrupt("The file has no frame");
  const WebPIterator& first = frame.iterator;

  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0)
    return unsupported("coulis was built with another version of libwebp than the one on this machine");
  const int width = static_cast<int>(canvas_width);
  const int height = static_cast<int>(canvas_height);
  sink.start(width, height, orientation);
  std::uint8_t* canvas = sink.place(height);  // libwebp writes the whole image
  const std::uint8_t* end = canvas + std::ptrdiff_t{height} * width * 3;
  std::uint8_t* origin = canvas + (std::ptrdiff_t{first.y_offset} * width + first.x_offset) * 3;
  config.output.colorspace = MODE_RGB;  // drops alpha, as Pillow does
  config.output.is_external_memory = 1;
  config.output.u.RGBA = {origin, width * 3, static_cast<std::size_t>(end - origin)};
  const VP8StatusCode status = WebPDecode(first.fragment.bytes, first.fragment.size, &config);
  if (status != VP8_STATUS_OK) return failure_of(status);
  blacken_around(first, canvas, width, height);
  sink.take();
  return std::nullopt;
}

std::string find_webp_chunk(std::span<const std::byte> bytes, const char* name) {
  const WebPData data{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  const std::unique_ptr<WebPDemuxer, DemuxerDeleter> demuxer(WebPDemux(&data));
  Chunk chunk;
  if (demuxer == nullptr || WebPDemuxGetChunk(demuxer.get(), name, 1, &chunk.iterator) == 0) return {};
  return {reinterpret_cast<const char*>(chunk.iterator.chunk.bytes), chunk.iterator.chunk.size};
}

}  // namespace coulis
