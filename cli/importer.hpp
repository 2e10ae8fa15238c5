// Importer: the hand-over to the Python package, which reads other programs' model files.
#pragma once

#include <string>
#include <vector>

namespace coulis {

// Becomes `coulis models import ARGUMENTS` of the Python package: does not return. The interpreter is COULIS_PYTHON, else the one beside
// this executable, else python3 on the PATH. Throws Error(kUsage) if there is none; a missing package is the same to the user: exit code 2.
[[noreturn]] void run_importer(const std::vector<std::string>& arguments);

}  // namespace coulis
