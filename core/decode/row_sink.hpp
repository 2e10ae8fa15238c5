// RowSink: takes the rows of an image as a decoder makes them, from the top down.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/base/failure.hpp"

namespace coulis {

struct PixelSize {
  int width = 0;
  int height = 0;
};

class RowSink {
 public:
  // A decoder that scales gives at least this size of the stored image; without a size, all pixels.
  virtual PixelSize least_size() const { return {}; }

  // Before start(): what the file's EXIF says, applied or not; 1 for a TIFF or HEIF, which is always turned.
  virtual void note_orientation(int /*orientation*/) {}

  // Once for an image, when its size is known and allowed. orientation: 1 (as stored) to 8, what EXIF says.
  virtual void start(int width, int height, int orientation) = 0;

  // Where the decoder writes the next rows: [count, width, 3]. A decoder that needs the whole picture asks for all rows at once.
  virtual std::uint8_t* place(int count) = 0;

  // The rows are in place. An image that fails before its last row is forgotten at the next start().
  virtual void take() = 0;

 protected:
  ~RowSink() = default;
};

// How many rows a decoder makes at a time: a band stays in the second-level cache, and small images are one band.
inline int rows_of_band(int width, int rows_left) {
  constexpr int kBand_bytes = 192 << 10;
  constexpr int kLeastRows = 16;  // of a JPEG's blocks, with halved chroma
  return std::min(rows_left, std::max(kLeastRows, kBand_bytes / (width * 3)));
}

// An image in bands: make(y, count, rgb) fills the rows from y on, and returns a failure, if any.
template <class Make>
[[nodiscard]] std::optional<Failure> send_bands(RowSink& sink, int width, int height, int orientation, Make&& make) {
  sink.start(width, height, orientation);
  for (int y = 0; y < height;) {
    const int count = rows_of_band(width, height - y);
    if (std::optional<Failure> failure = make(y, count, sink.place(count))) return failure;
    sink.take();
    y += count;
  }
  return std::nullopt;
}

// The same for rows that cannot fail: make_row(y, rgb) fills one.
template <class MakeRow>
void send_rows(RowSink& sink, int width, int height, int orientation, MakeRow&& make_row) {
  [[maybe_unused]] const auto none = send_bands(sink, width, height, orientation, [&](int y, int count, std::uint8_t* rgb) {
    for (int i = 0; i < count; ++i) make_row(y + i, rgb + std::ptrdiff_t{i} * width * 3);
    return std::optional<Failure>();
  });
}

}  // namespace coulis
