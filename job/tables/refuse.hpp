// refuse: the error for a part file that cannot be read.
#pragma once

#include <string>
#include <string_view>

namespace coulis {

// Throws Error(kRunFailed). A run takes a part for done by the
// name of its file, so the user must remove a damaged file.
[[noreturn]] void refuse(const std::string& origin, std::string_view why);

}  // namespace coulis
