#include "job/storage/lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "core/base/error.hpp"
#include "job/storage/posix_file.hpp"

namespace coulis {
namespace {

constexpr std::string_view kLockName = ".coulis-lock";

std::string holder_of(int file) {
  std::array<char, 128> text{};
  const ssize_t count = pread(file, text.data(), text.size(), 0);
  return count > 0 ? std::string(text.data(), static_cast<std::size_t>(count)) : "another process";
}

}  // namespace

Lock::Lock(const Location& output) {
  std::error_code error;
  std::filesystem::create_directories(output.root(), error);
  if (error) {
    errno = error.value();
    throw_storage_error(fmt::format("cannot create the output folder {}", printable(output.root())));
  }
  const std::string path = output.path_of(kLockName);
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) throw_storage_error(fmt::format("cannot write into the output folder {}", printable(output.root())));
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const std::string holder = holder_of(file_);
    close(file_);
    throw Error(ErrorCode::kRunFailed, fmt::format("{} is in use by {}", printable(output.root()), holder),
                "wait until that run ends, or choose another output folder");
  }
  const std::string self = fmt::format("process {}", getpid());
  // For the message of a second run only: a disk without room for it must not keep this run from its lock.
  [[maybe_unused]] const bool noted = ftruncate(file_, 0) == 0 && pwrite(file_, self.data(), self.size(), 0) > 0;
}

Lock::~Lock() {
  close(file_);
}

}  // namespace coulis
