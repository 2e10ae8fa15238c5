#include "job/storage/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <system_error>

#include "core/base/error.hpp"
#include "job/storage/location.hpp"
#include "job/storage/posix_file.hpp"

namespace coulis {
namespace {

constexpr std::string_view kLockName = ".coulis-lock";

class FolderLock : public HeldLock {
 public:
  explicit FolderLock(int file) : file_(file) {}
  ~FolderLock() override {  // not reached by a process that is killed: what it has written of itself stays
    [[maybe_unused]] const bool wiped = ftruncate(file_, 0) == 0;
    close(file_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};

// What the last holder wrote of itself and did not wipe.
std::optional<std::string> maybe_holder_of(int file) {
  std::array<char, 128> text{};
  const ssize_t count = pread(file, text.data(), text.size(), 0);
  if (count <= 0) return std::nullopt;
  return printable_sentence({text.data(), static_cast<std::size_t>(count)});
}

}  // namespace

std::unique_ptr<HeldLock> lock_folder(const std::string& root) {
  std::error_code error;
  std::filesystem::create_directories(root, error);
  if (error) {
    errno = error.value();
    throw_storage_error(fmt::format("cannot create the output folder {}", printable(root)));
  }
  const std::string path = fmt::format("{}/{}", root, kLockName);
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file < 0) throw_storage_error(fmt::format("cannot write into the output folder {}", printable(root)));
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    const int cause = errno;
    const std::string holder = maybe_holder_of(file).value_or("another process");
    close(file);
    errno = cause;
    if (errno != EWOULDBLOCK) throw_storage_error(fmt::format("cannot lock the output folder {}", printable(root)));
    throw Error(ErrorCode::kRunFailed, fmt::format("{} is in use by {}", printable(root), holder),
                "wait until that run ends, or choose another output folder");
  }
  auto held = std::make_unique<FolderLock>(file);
  held->maybe_dead_holder = maybe_holder_of(file);
  const std::string self = fmt::format("process {}", getpid());
  // For messages only: a disk without room for it must not keep this run from its lock.
  [[maybe_unused]] const bool noted = ftruncate(file, 0) == 0 && pwrite(file, self.data(), self.size(), 0) > 0;
  return held;
}

}  // namespace coulis
