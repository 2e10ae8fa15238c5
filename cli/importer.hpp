// Importer: hands over to the Python package, which reads other programs' model files.
#pragma once

#include <string>
#include <vector>

namespace coulis {

// Replaces this process with `coulis models import ARGUMENTS` of the Python package and does not
// return. The interpreter is COULIS_PYTHON, else the one beside this executable, else python3 on
// the PATH. Throws Error(kUsage) if there is none. A missing package also ends with exit code 2.
[[noreturn]] void run_importer(const std::vector<std::string>& arguments);

}  // namespace coulis
