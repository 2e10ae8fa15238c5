// Image: owning 8-bit RGB pixels, move-only. ImageView: the same pixels, borrowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace coulis {

struct ImageView {
  const std::uint8_t* data = nullptr;  // [height, width, 3], rows contiguous
  int width = 0;
  int height = 0;

  const std::uint8_t* row(int y) const { return data + static_cast<std::size_t>(y) * static_cast<std::size_t>(width) * 3; }
};

class Image {
 public:
  static constexpr std::size_t kReadablePadding = 64;  // bytes after the pixels that SIMD loads may touch

  Image() = default;
  Image(int width, int height);  // pixels undefined, padding zero

  int width() const { return width_; }
  int height() const { return height_; }
  std::size_t size_bytes() const { return static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 3; }
  std::uint8_t* data() { return pixels_.get(); }  // [height, width, 3]
  const std::uint8_t* data() const { return pixels_.get(); }
  std::uint8_t* row(int y) { return data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) * 3; }
  const std::uint8_t* row(int y) const { return view().row(y); }
  ImageView view() const { return {pixels_.get(), width_, height_}; }

 private:
  int width_ = 0;
  int height_ = 0;
  std::unique_ptr<std::uint8_t[]> pixels_;
};

Image copy_of(const ImageView& view);

}  // namespace coulis
