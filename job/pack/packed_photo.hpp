// What a shard holds of one photo.
#pragma once

#include <string>

#include "core/base/outcome.hpp"
#include "job/listing/listing.hpp"

namespace coulis {

struct PackedPhoto {
  Bytes bytes;
  std::string sha256;  // hex
};

// The photo's own bytes, or those of a JPEG whose shorter side has `resize` pixels: upright, and never larger than the photo.
Outcome<PackedPhoto> read_for_shard(const Location& input, const ImageRef& image, int resize);

// Its key; with a folder for a label that was given to it, so that the label rule finds it; with another ending for another format.
std::string name_in_shard(const ImageRef& image, int resize);

}  // namespace coulis
