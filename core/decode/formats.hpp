// The formats that this build supports on this machine: libheif has its decoders in plugins. Loads the codecs, so call it only if needed.
#pragma once

#include <string>

namespace coulis {

std::string list_formats();  // "jpeg png ...", the names of Format

}  // namespace coulis
