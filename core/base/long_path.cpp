#include "core/base/long_path.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string_view>
#include <utility>

namespace coulis {
namespace {

// openat(2), and `folder` is closed.
int step(int folder, std::string_view path, int flags) {
  const int next = openat(folder, std::string(path).c_str(), flags);
  const int cause = errno;
  if (folder != AT_FDCWD) close(folder);
  errno = cause;
  return next;
}

}  // namespace

int open_long(const std::string& path, int flags) {
  const int file = open(path.c_str(), flags);
  if (file >= 0 || errno != ENAMETOOLONG) return file;
  std::string_view rest = path;
  int folder = AT_FDCWD;
  while (rest.size() >= PATH_MAX) {
    const std::size_t slash = rest.rfind('/', PATH_MAX - 2);
    if (slash == 0 || slash == std::string_view::npos) break;  // a single name is too long: the last step fails with ENAMETOOLONG
    folder = step(folder, rest.substr(0, slash), O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return -1;
    rest.remove_prefix(slash + 1);
  }
  return step(folder, rest, flags);
}

}  // namespace coulis
