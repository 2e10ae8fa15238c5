// open_long: open(2) for paths of any length. The system takes 4,095 bytes at once, and folders may lie deeper.
#pragma once

#include <string>

namespace coulis {

int open_long(const std::string& path, int flags);  // -1 and errno as open(2)

}  // namespace coulis
