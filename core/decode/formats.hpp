// The formats that this build reads, on this machine: libheif has its decoders in plugins.
#pragma once

#include <string>

namespace coulis {

std::string list_formats();  // "jpeg png ...", the names of Format

}  // namespace coulis
