// How a part file that cannot be read is refused.
#pragma once

#include <string>
#include <string_view>

namespace coulis {

// A part file counts as done by its name: only when it is gone does a run write it again. Throws Error(kRunFailed).
[[noreturn]] void refuse(const std::string& origin, std::string_view why);

}  // namespace coulis
