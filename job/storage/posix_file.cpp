#include "job/storage/posix_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

#include "core/base/error.hpp"
#include "job/storage/location.hpp"
#include "job/storage/long_path.hpp"

namespace coulis {
namespace {

constexpr std::size_t kLargestWrite = std::size_t{1} << 30;     // write(2) takes at most 2 GiB
constexpr std::uint64_t kLargestFile = std::uint64_t{4} << 30;  // no photo is larger; a sparse file must not take the memory

std::string reason(int code) {
  return std::generic_category().message(code);
}

std::string remedy_for(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT: return "free some space, then run the same command again: it goes on where it stopped";
    case EACCES:
    case EPERM: return "check who owns it and its permissions";
    case EROFS: return "choose an output folder on a file system that can be written";
    case ENOENT: return "check the spelling";
    case ENOTDIR: return "a part of the path is a file; choose another name";
    default: return "see the reason above, then run the same command again";
  }
}

Failure read_failure(int code) {
  if (code == ENOENT || code == ELOOP) return {Stage::kRead, FailureCode::kVanished, "the file is no longer there"};
  return {Stage::kRead, FailureCode::kUnreadable, fmt::format("cannot be read: {}", reason(code))};
}

class OpenFile {
 public:
  explicit OpenFile(const std::string& path, int flags = 0) : file_(open_long(path, O_RDONLY | O_CLOEXEC | flags)) {}
  ~OpenFile() {
    if (file_ >= 0) close(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return file_; }

 private:
  int file_;
};

}  // namespace

void throw_storage_error(const std::string& what) {
  const int code = errno;
  throw Error(ErrorCode::kStorage, fmt::format("{}: {}", what, reason(code)), remedy_for(code));
}

Outcome<std::vector<std::byte>> read_file(const std::string& path) {
  const OpenFile file(path);
  if (file.get() < 0) return read_failure(errno);
  struct stat info {};
  if (fstat(file.get(), &info) != 0) return read_failure(errno);
  if (S_ISDIR(info.st_mode)) return read_failure(EISDIR);
  if (static_cast<std::uint64_t>(info.st_size) > kLargestFile) return read_failure(EFBIG);
  std::vector<std::byte> bytes(static_cast<std::size_t>(info.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return read_failure(errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

void start_reading(const std::string& path) {
  const OpenFile file(path, O_NONBLOCK);  // something that is no file may have taken its place
  if (file.get() >= 0) posix_fadvise(file.get(), 0, 0, POSIX_FADV_WILLNEED);
}

void write_all(int file, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), std::min(bytes.size(), kLargestWrite));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;  // it took nothing and says nothing: trying for ever would not help
    if (count <= 0) throw_storage_error(fmt::format("cannot write {}", printable(path)));
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

bool sync_and_close(int file) {
  const int sync_code = fsync(file) == 0 ? 0 : errno;
  const int close_code = close(file) == 0 ? 0 : errno;
  errno = sync_code != 0 ? sync_code : close_code;
  return errno == 0;
}

bool sync_folder(const std::string& path) {
  const OpenFile folder(path);
  if (folder.get() < 0) return false;
  return fsync(folder.get()) == 0 || errno == EINVAL || errno == EBADF || errno == ENOSYS || errno == ENOTSUP;
}

}  // namespace coulis
