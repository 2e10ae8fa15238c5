// absolute_path: a path without what adds nothing, which leads where the system says that the given one leads.
#pragma once

#include <string>

namespace coulis {

// Without `.`, without doubled and trailing slashes. `a/..` goes only where `a` is a folder; where it is a link, its target's parent stands
// for both, and where it is not there, both stay. Throws Error(kStorage) for a relative path where the working folder is gone.
std::string absolute_path(const std::string& path);

}  // namespace coulis
