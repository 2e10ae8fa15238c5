#include "core/decode/turn.hpp"

#include <cstddef>
#include <cstring>

namespace coulis {

Turn turn_of(int orientation) {
  const int o = orientation;
  return {o == 2 || o == 3 || o == 7 || o == 8, o == 3 || o == 4 || o == 6 || o == 7, o >= 5 && o <= 8};
}

void turn_pixels(const ImageView& image, const Turn& turn, std::uint8_t* target) {
  const int out_width = turn.swaps_sides ? image.height : image.width;
  const int out_height = turn.swaps_sides ? image.width : image.height;
  for (int y = 0; y < out_height; ++y) {
    for (int x = 0; x < out_width; ++x, target += 3) {
      const int column = turn.swaps_sides ? y : x;
      const int row = turn.swaps_sides ? x : y;
      const int from_x = turn.from_right ? image.width - 1 - column : column;
      const int from_y = turn.from_bottom ? image.height - 1 - row : row;
      std::memcpy(target, image.row(from_y) + static_cast<std::ptrdiff_t>(from_x) * 3, 3);
    }
  }
}

Image turn(Image image, int orientation) {
  const Turn turn = turn_of(orientation);
  if (!turn.is_any()) return image;
  Image turned(turn.swaps_sides ? image.height() : image.width(), turn.swaps_sides ? image.width() : image.height());
  turn_pixels(image.view(), turn, turned.data());
  return turned;
}

}  // namespace coulis
