#include "core/decode/gif.hpp"

#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "core/decode/failures.hpp"
#include "core/decode/pixels.hpp"

namespace coulis {
namespace {

struct Source {
  std::span<const std::byte> unread;
  bool ran_out = false;
};

int read_bytes(GifFileType* gif, GifByteType* out, int count) {
  auto* source = static_cast<Source*>(gif->UserData);
  const std::size_t available = std::min(static_cast<std::size_t>(count), source->unread.size());
  source->ran_out = source->ran_out || available < static_cast<std::size_t>(count);
  if (available > 0) std::memcpy(out, source->unread.data(), available);
  source->unread = source->unread.subspan(available);
  return static_cast<int>(available);
}

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : source_{bytes}, gif_(DGifOpen(&source_, read_bytes, &open_error_)) {}
  ~Reader() {
    if (gif_ != nullptr) DGifCloseFile(gif_, nullptr);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  GifFileType* gif() { return gif_; }
  Failure failure() const {
    const bool ends_early = source_.ran_out || (gif_ != nullptr && gif_->Error == D_GIF_ERR_EOF_TOO_SOON);
    if (ends_early) return truncated("The file ends before its first frame does");
    const char* reason = GifErrorString(gif_ != nullptr ? gif_->Error : open_error_);
    return corrupt(reason != nullptr ? reason : "The GIF data contradicts itself");
  }

 private:
  Source source_;
  int open_error_ = 0;
  GifFileType* gif_;
};

// Reads up to and with the header of the first frame. False: no such frame, or an error.
bool find_first_frame(GifFileType* gif, std::optional<int>& maybe_transparent) {
  GifRecordType record = UNDEFINED_RECORD_TYPE;
  while (DGifGetRecordType(gif, &record) == GIF_OK) {
    if (record == IMAGE_DESC_RECORD_TYPE) return DGifGetImageDesc(gif) == GIF_OK;
    if (record != EXTENSION_RECORD_TYPE) return false;
    int kind = 0;
    GifByteType* block = nullptr;  // length, then the data
    if (DGifGetExtension(gif, &kind, &block) == GIF_ERROR) return false;
    const bool is_control = kind == GRAPHICS_EXT_FUNC_CODE && block != nullptr && block[0] >= 4;
    if (is_control && (block[1] & 1) != 0) maybe_transparent = block[4];
    while (block != nullptr) {
      if (DGifGetExtensionNext(gif, &block) == GIF_ERROR) return false;
    }
  }
  return false;
}

// As Pillow: no palette, or one in which each colour is the grey of its index, means that indices are greys.
Palette palette_of(const GifFileType* gif) {
  const ColorMapObject* colours = gif->Image.ColorMap != nullptr ? gif->Image.ColorMap : gif->SColorMap;
  const Palette ramp = grey_ramp();
  if (colours == nullptr) return ramp;
  Palette palette;
  const auto count = std::min(static_cast<std::size_t>(colours->ColorCount), palette.rgb.size());
  for (std::size_t i = 0; i < count; ++i) palette.rgb[i] = {colours->Colors[i].Red, colours->Colors[i].Green, colours->Colors[i].Blue};
  const bool is_ramp = std::equal(palette.rgb.begin(), palette.rgb.begin() + static_cast<std::ptrdiff_t>(count), ramp.rgb.begin());
  return is_ramp ? ramp : palette;
}

bool read_indices(GifFileType* gif, Image& image) {
  struct Pass {
    int first;
    int step;
  };
  constexpr std::array<Pass, 4> kInterlaced = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
  constexpr std::array<Pass, 1> kPlain = {{{0, 1}}};
  const GifImageDesc& frame = gif->Image;
  const auto passes = frame.Interlace ? std::span<const Pass>(kInterlaced) : std::span<const Pass>(kPlain);
  for (const Pass& pass : passes) {
    for (int y = pass.first; y < frame.Height; y += pass.step) {
      GifPixelType* row = tail_of_row(image.row(frame.Top + y), image.width(), 1) + frame.Left;
      if (DGifGetLine(gif, row, frame.Width) == GIF_ERROR) return false;
    }
  }
  return true;
}

// Everything but the frame. Done last: a canvas that lies costs no memory before a frame has been read.
void fill_around(const GifImageDesc& frame, int index, Image& image) {
  const int frame_right = frame.Left + frame.Width;
  for (int y = 0; y < image.height(); ++y) {
    std::uint8_t* row = tail_of_row(image.row(y), image.width(), 1);
    const bool crosses_frame = y >= frame.Top && y < frame.Top + frame.Height;
    std::memset(row, index, static_cast<std::size_t>(crosses_frame ? frame.Left : image.width()));
    if (crosses_frame) std::memset(row + frame_right, index, static_cast<std::size_t>(image.width() - frame_right));
  }
}

}  // namespace

Outcome<Image> decode_gif(std::span<const std::byte> bytes, std::int64_t max_pixels) {
  Reader reader(bytes);
  GifFileType* gif = reader.gif();
  if (gif == nullptr) return reader.failure();
  std::optional<int> maybe_transparent;
  if (!find_first_frame(gif, maybe_transparent)) return reader.failure();
  const GifImageDesc& frame = gif->Image;
  if (frame.Width <= 0 || frame.Height <= 0) return corrupt("The first frame has no pixels");
  const int width = std::max(gif->SWidth, frame.Left + frame.Width);  // a frame may reach beyond the canvas: as Pillow, it grows
  const int height = std::max(gif->SHeight, frame.Top + frame.Height);
  if (const auto refusal = refuse_size(width, height, max_pixels)) return *refusal;

  Image image(width, height);
  if (!read_indices(gif, image)) return reader.failure();
  fill_around(frame, maybe_transparent.value_or(0), image);
  const Palette palette = palette_of(gif);
  for (int y = 0; y < height; ++y) spread_palette(tail_of_row(image.row(y), width, 1), width, palette, image.row(y));
  return image;
}

}  // namespace coulis
