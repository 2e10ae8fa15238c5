// Whether a TIFF is cut within what describes its first page. libtiff says only that something is wrong.
#pragma once

#include "core/decode/byte_view.hpp"

namespace coulis {

// file: a TIFF or BigTIFF, with the byte order that it says. True if the first directory, or a value it points to, lies beyond the end.
bool is_directory_cut(const ByteView& file);

}  // namespace coulis
