#include "core/decode/gif.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "core/base/byte_view.hpp"
#include "core/decode/failures.hpp"
#include "core/decode/gif_codes.hpp"
#include "core/decode/pixels.hpp"

// Our own code, to tolerate what Pillow and browsers tolerate: bytes between the blocks, empty blocks, a missing end.
// Follows Pillow's GifImagePlugin.py.

namespace coulis {
namespace {

constexpr std::uint64_t kHeaderBytes = 13;
constexpr std::uint8_t kHasColours = 0x80;
constexpr std::uint8_t kIsInterlaced = 0x40;

struct Frame {
  int left = 0;
  int top = 0;
  int width = 0;
  int height = 0;
  bool is_interlaced = false;
  std::optional<int> maybe_transparent;
  std::uint64_t colours_at = 0;
  int colours = 0;  // 0: there is no table
  int literal_bits = 0;
  std::uint64_t codes_at = 0;
};

int count_colours(std::uint8_t flags) {
  return (flags & kHasColours) != 0 ? 2 << (flags & 7) : 0;
}

// Walks over the blocks of a file.
class Walker {
 public:
  Walker(ByteView file, std::uint64_t at) : file_(file), at_(at) {}

  // Walks up to the codes of the first frame; empty if there is none.
  std::optional<Frame> find_first_frame() {
    Frame frame;
    while (has(1)) {
      const std::uint8_t kind = file_.u8(at_++);
      if (kind == ';') return std::nullopt;
      if (kind == '!' && !pass_extension(frame)) return std::nullopt;
      if (kind == ',') return read_frame(frame);
    }
    return std::nullopt;
  }
  bool has_run_out() const { return has_run_out_; }  // while it looked for a frame

 private:
  bool has(std::uint64_t count) {
    has_run_out_ = has_run_out_ || !file_.has(at_, count);
    return !has_run_out_;
  }

  // A block of an extension, which may be cut; empty at the end of the extension.
  ByteView read_block() {
    has(std::uint64_t{1} + file_.u8(at_));
    const std::uint64_t length = std::min<std::uint64_t>(file_.u8(at_), file_.from(at_ + 1).size());
    const ByteView block{file_.from(at_ + 1).bytes.first(length)};
    at_ = std::min<std::uint64_t>(at_ + 1 + length, file_.size());
    return block;
  }

  void pass_blocks() {
    while (read_block().size() > 0) {
    }
  }

  bool pass_extension(Frame& frame) {
    constexpr std::uint8_t kGraphicControl = 0xF9, kComment = 0xFE, kApplication = 0xFF;
    if (!has(1)) return false;
    const std::uint8_t kind = file_.u8(at_++);
    const ByteView block = read_block();
    if (kind == kGraphicControl && block.size() > 0) {
      const bool has_transparent = (block.u8(0) & 1) != 0;
      if (block.size() < (has_transparent ? 4U : 3U)) return false;
      if (has_transparent) frame.maybe_transparent = block.u8(3);
    }
    if (kind == kComment && block.size() == 0) return true;
    if (kind == kApplication && block.has_text(0, "NETSCAPE2.0")) read_block();
    pass_blocks();  // as in Pillow, also after an empty block, unless it is a comment's
    return true;
  }

  std::optional<Frame> read_frame(Frame frame) {
    if (!has(9)) return std::nullopt;
    frame.left = file_.u16(at_);
    frame.top = file_.u16(at_ + 2);
    frame.width = file_.u16(at_ + 4);
    frame.height = file_.u16(at_ + 6);
    const std::uint8_t flags = file_.u8(at_ + 8);
    at_ += 9;
    frame.is_interlaced = (flags & kIsInterlaced) != 0;
    frame.colours_at = at_;
    frame.colours = count_colours(flags);
    at_ += static_cast<std::uint64_t>(frame.colours) * 3;
    if (!has(1)) return std::nullopt;
    frame.literal_bits = file_.u8(at_);
    frame.codes_at = at_ + 1;
    return frame;
  }

  ByteView file_;
  std::uint64_t at_;
  bool has_run_out_ = false;
};

// As in Pillow: indices are greys if there is no palette, or if each colour is the grey of its index.
Palette read_palette(ByteView file, std::uint64_t at, int colours) {
  const Palette ramp = grey_ramp();
  Palette palette;
  const auto count = static_cast<std::ptrdiff_t>(colours);
  for (int i = 0; i < colours; ++i, at += 3) palette.rgb[static_cast<std::size_t>(i)] = {file.u8(at), file.u8(at + 1), file.u8(at + 2)};
  return std::equal(palette.rgb.begin(), palette.rgb.begin() + count, ramp.rgb.begin()) ? ramp : palette;
}

// The rows of a frame in the order of the file.
class Rows {
 public:
  Rows(int height, bool is_interlaced) : height_(height), pass_(is_interlaced ? 0 : kPlain) {}

  int current() const { return y_; }
  bool advance() {  // false after the last
    y_ += kPasses[pass_].step;
    while (y_ >= height_) {
      if (pass_ >= kLastInterlaced) return false;
      y_ = kPasses[++pass_].first;
    }
    return true;
  }

 private:
  struct Pass {
    int first;
    int step;
  };
  static constexpr std::array<Pass, 5> kPasses = {{{0, 8}, {4, 8}, {2, 4}, {1, 2}, {0, 1}}};
  static constexpr std::size_t kLastInterlaced = 3, kPlain = 4;

  int height_;
  std::size_t pass_;
  int y_ = 0;
};

// Indices lie in the tails of the rows.
struct Canvas {
  std::uint8_t* rgb = nullptr;
  int width = 0;
  int height = 0;

  std::uint8_t* row(int y) const { return rgb + std::ptrdiff_t{y} * width * 3; }
  std::uint8_t* indices(int y) const { return tail_of_row(row(y), width, 1); }
};

std::optional<Failure> read_indices(ByteView file, const Frame& frame, const Canvas& canvas) {
  GifCodes codes(file, frame.codes_at, frame.literal_bits);
  Rows rows(frame.height, frame.is_interlaced);
  int x = 0;
  for (;;) {
    std::span<const std::uint8_t> indices = codes.read();
    if (codes.end() == GifCodes::End::kTruncated) return truncated("The file ends before its first frame does");
    if (codes.end() == GifCodes::End::kCorrupt) return corrupt("The compressed data of the GIF contradicts itself");
    while (!indices.empty()) {
      const std::size_t count = std::min(indices.size(), static_cast<std::size_t>(frame.width - x));
      std::memcpy(canvas.indices(frame.top + rows.current()) + frame.left + x, indices.data(), count);
      indices = indices.subspan(count);
      x += static_cast<int>(count);
      if (x < frame.width) continue;
      if (!rows.advance()) return std::nullopt;
      x = 0;
    }
  }
}

// Everything except the frame. Done last, so that a false canvas size costs no memory before a frame has been read.
void fill_around(const Frame& frame, int index, const Canvas& canvas) {
  const int frame_right = frame.left + frame.width;
  for (int y = 0; y < canvas.height; ++y) {
    std::uint8_t* row = canvas.indices(y);
    const bool crosses_frame = y >= frame.top && y < frame.top + frame.height;
    std::memset(row, index, static_cast<std::size_t>(crosses_frame ? frame.left : canvas.width));
    if (crosses_frame) std::memset(row + frame_right, index, static_cast<std::size_t>(canvas.width - frame_right));
  }
}

}  // namespace

std::optional<Failure> decode_gif(std::span<const std::byte> bytes, std::int64_t max_pixels, RowSink& sink) {
  const ByteView file{bytes};
  if (!file.has(0, kHeaderBytes)) return truncated("The file ends within its header");
  const int shared_colours = count_colours(file.u8(10));
  Walker walker(file, kHeaderBytes + static_cast<std::uint64_t>(shared_colours) * 3);
  const std::optional<Frame> maybe_frame = walker.find_first_frame();
  if (!maybe_frame) return walker.has_run_out() ? truncated("The file ends before its first frame") : corrupt("The GIF has no frame");
  const Frame& frame = *maybe_frame;
  if (frame.width <= 0 || frame.height <= 0) return corrupt("The first frame has no pixels");
  const int width = std::max<int>(file.u16(6), frame.left + frame.width);  // a frame may reach beyond the canvas: as Pillow, it grows
  const int height = std::max<int>(file.u16(8), frame.top + frame.height);
  if (auto refusal = refuse_size(width, height, max_pixels)) return refusal;

  sink.start(width, height, 1);
  const Canvas canvas{sink.place(height), width, height};
  if (auto refusal = read_indices(file, frame, canvas)) return refusal;
  fill_around(frame, frame.maybe_transparent.value_or(0), canvas);
  const Palette palette =
      frame.colours > 0 ? read_palette(file, frame.colours_at, frame.colours) : read_palette(file, kHeaderBytes, shared_colours);
  for (int y = 0; y < height; ++y) spread_palette(canvas.indices(y), width, palette, canvas.row(y));
  sink.take();
  return std::nullopt;
}

}  // namespace coulis
