// Turning pixels as EXIF's orientation says.
#pragma once

#include <cstdint>

#include "core/decode/image.hpp"

namespace coulis {

// Of the stored image: which of its axes run backwards in the upright one, and whether width and height change places.
struct Turn {
  bool from_right = false;
  bool from_bottom = false;
  bool swaps_sides = false;

  bool is_any() const { return from_right || from_bottom || swaps_sides; }
};

Turn turn_of(int orientation);  // orientations outside 2..8 turn nothing

// As Pillow's ImageOps.exif_transpose. target: as many pixels as the image has.
void turn_pixels(const ImageView& image, const Turn& turn, std::uint8_t* target);
Image turn(Image image, int orientation);

}  // namespace coulis
