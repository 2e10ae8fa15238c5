// The chunks of a PNG, and the texts among them that hold EXIF or XMP.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/byte_view.hpp"

namespace coulis {

struct PngChunk {
  std::string_view name;  // four letters
  ByteView data;
  ByteView whole;  // length, name, data, checksum
};

// In file order, up to the first incomplete chunk.
void visit_png_chunks(ByteView file, const std::function<void(const PngChunk&)>& visit);

struct PngText {
  std::string key;
  std::string value;  // unpacked; empty if that fails
};

// The last text of each of these keys, unpacked by libpng.
std::vector<PngText> read_png_texts(ByteView file, const std::vector<std::string_view>& keys);

}  // namespace coulis
