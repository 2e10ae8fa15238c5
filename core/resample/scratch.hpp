// Scratch: memory for pixels that a worker keeps from one image to the next.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "core/decode/image.hpp"

namespace coulis {

class Scratch {
 public:
  static constexpr std::size_t kKept_bytes = std::size_t{96} << 20;  // an image of 32 megapixels

  // [height, width, 3], undefined, with the padding that SIMD loads may touch.
  std::uint8_t* reserve(int width, int height) {
    const std::size_t bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3 + Image::kReadablePadding;
    if (bytes > bytes_) {
      pixels_.reset();  // first, so that there are never two
      bytes_ = 0;
      pixels_.reset(new std::uint8_t[bytes]);
      bytes_ = bytes;
    }
    return pixels_.get();
  }
  std::uint8_t* data() { return pixels_.get(); }

  void shrink() {  // frees what a rare large image needed
    if (bytes_ > kKept_bytes) *this = Scratch();
  }

  Scratch() = default;
  ~Scratch() = default;
  Scratch(Scratch&& other) noexcept : bytes_(std::exchange(other.bytes_, 0)), pixels_(std::move(other.pixels_)) {}
  Scratch& operator=(Scratch&& other) noexcept {
    bytes_ = std::exchange(other.bytes_, 0);
    pixels_ = std::move(other.pixels_);
    return *this;
  }

 private:
  std::size_t bytes_ = 0;
  std::unique_ptr<std::uint8_t[]> pixels_;
};

}  // namespace coulis
