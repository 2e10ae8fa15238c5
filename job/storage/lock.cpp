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

// What the last holder wrote of itself and did not wipe.
std::optional<std::string> maybe_holder_of(int file) {
  std::array<char, 128> text{};
  const ssize_t count = pread(file, text.data(), text.size(), 0);
  if (count <= 0) return std::nullopt;
  return printable({text.data(), static_cast<std::size_t>(count)});
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
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file_ < 0) throw_storage_error(fmt::format("cannot write into the output folder {}", printable(output.root())));
  if (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const int cause = errno;
    const std::string holder = maybe_holder_of(file_).value_or("another process");
    close(file_);
    errno = cause;
    if (errno != EWOULDBLOCK) throw_storage_error(fmt::format("cannot lock the output folder {}", printable(output.root())));
    throw Error(ErrorCode::kRunFailed, fmt::format("{} is in use by {}", printable(output.root()), holder),
                "wait until that run ends, or choose another output folder");
  }
  maybe_dead_holder_ = maybe_holder_of(file_);
  const std::string self = fmt::format("process {}", getpid());
  // For messages only: a disk without room for it must not keep this run from its lock.
  [[maybe_unused]] const bool noted = ftruncate(file_, 0) == 0 && pwrite(file_, self.data(), self.size(), 0) > 0;
}

Lock::~Lock() {
  [[maybe_unused]] const bool wiped = ftruncate(file_, 0) == 0;
  close(file_);
}

}  // namespace coulis
