#include "job/features/photos_in_memory.hpp"

#include <utility>

namespace coulis {
namespace {

bool is_packed_rgb(const PixelArray& array) {
  return array.channels == 3 && array.channel_stride == 1 && array.column_stride == 3 &&
         array.row_stride == std::ptrdiff_t{3} * array.width;
}

Photo copy_rgb(const PixelArray& array) {
  Image image(array.width, array.height);
  const std::ptrdiff_t step = array.channels < 3 ? 0 : array.channel_stride;  // grey three times
  for (int y = 0; y < array.height; ++y) {
    const std::uint8_t* from = array.data + y * array.row_stride;
    std::uint8_t* to = image.row(y);
    for (int x = 0; x < array.width; ++x, from += array.column_stride, to += 3) {
      to[0] = from[0];
      to[1] = from[step];
      to[2] = from[2 * step];
    }
  }
  const ImageView view = image.view();
  return {{}, view, {}, std::move(image)};
}

}  // namespace

Outcome<Photo> EncodedPhotos::read(std::size_t photo) {
  return Photo{files_[photo]};
}

Outcome<Photo> PixelArrays::read(std::size_t photo) {
  const PixelArray& array = arrays_[photo];
  if (array.height == 0 || array.width == 0) return Failure{Stage::kDecode, FailureCode::kEmpty, "the array has no pixels"};
  if (is_packed_rgb(array)) return Photo{{}, ImageView{array.data, array.width, array.height}};
  return copy_rgb(array);
}

}  // namespace coulis
