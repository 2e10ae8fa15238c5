// open_long: open(2) for paths of any length. A system call
// takes at most 4,095 bytes, and folders may be nested deeper.
#pragma once

#include <string>

namespace coulis {

int open_long(const std::string& path, int flags);  // -1 and errno as open(2)

}  // namespace coulis
