#include "cli/importer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "core/base/error.hpp"

namespace coulis {
namespace {

constexpr const char* kRemedy = "pip install 'coulis[models]', or name the Python that has it in COULIS_PYTHON";

// Its first argument is the remedy if the package is missing.
constexpr const char* kProgram = R"(
import sys
remedy = sys.argv.pop(1)
try:
    from coulis.models.import_model import main
except ImportError as error:
    print(f"coulis: error: importing models needs the Python package coulis; {sys.executable} says: {error}", file=sys.stderr)
    print(f"  try: {remedy}", file=sys.stderr)
    sys.exit(2)
sys.exit(main())
)";

std::string find_python() {
  const char* named = std::getenv("COULIS_PYTHON");  // NOLINT(concurrency-mt-unsafe): no thread yet. The installed command sets it
  return named != nullptr && *named != '\0' ? named : "python3";
}

}  // namespace

void run_importer(const std::vector<std::string>& arguments) {
  std::string python = find_python();
  setenv("PYTHONSAFEPATH", "1", 1);  // NOLINT(concurrency-mt-unsafe): Python must not import modules from the current folder
  std::vector<std::string> words = {python, "-c", kProgram, kRemedy};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  execvp(python.c_str(), argv.data());
  throw Error(ErrorCode::kUsage,
              fmt::format("importing models needs Python, and '{}' cannot be run: {}", python, std::generic_category().message(errno)),
              kRemedy);
}

}  // namespace coulis
