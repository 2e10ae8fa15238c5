#include "core/decode/image.hpp"

#include <cstring>

namespace coulis {

Image::Image(int width, int height) : width_(width), height_(height) {
  pixels_.reset(new std::uint8_t[size_bytes() + kReadablePadding]);
  std::memset(pixels_.get() + size_bytes(), 0, kReadablePadding);
}

Image copy_of(const ImageView& view) {
  Image image(view.width, view.height);
  if (image.size_bytes() > 0) std::memcpy(image.data(), view.data, image.size_bytes());
  return image;
}

}  // namespace coulis
