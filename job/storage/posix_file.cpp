#include "job/storage/posix_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/long_path.hpp"
#include "job/storage/location.hpp"

namespace coulis {
namespace {

constexpr std::size_t kLargestWrite = std::size_t{1} << 30;  // write(2) takes at most 2 GiB

std::string reason(int code) {
  return std::generic_category().message(code);
}

std::string remedy_for(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT: return "free some space, then run the same command again: it resumes where it stopped";
    case EACCES:
    case EPERM: return "check who owns it and its permissions";
    case EROFS: return "choose an output folder on a file system that can be written";
    case ENOENT: return "check the spelling";
    case ENOTDIR: return "a part of the path is a file; choose another name";
    default: return "see the reason above, then run the same command again";
  }
}

}  // namespace

void throw_storage_error(const std::string& what) {
  const int code = errno;
  throw Error(ErrorCode::kStorage, fmt::format("{}: {}", what, reason(code)), remedy_for(code));
}

bool write_whole(int file, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(file, bytes.data(), std::min(bytes.size(), kLargestWrite));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;  // it took nothing and says nothing: trying for ever would not help
    if (count <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

void write_all(int file, std::span<const std::byte> bytes, const std::string& path) {
  if (!write_whole(file, bytes)) throw_storage_error(fmt::format("cannot write {}", printable(path)));
}

bool sync_and_close(int file) {
  const int sync_code = fsync(file) == 0 ? 0 : errno;
  const int close_code = close(file) == 0 ? 0 : errno;
  errno = sync_code != 0 ? sync_code : close_code;
  return errno == 0;
}

bool sync_folder(const std::string& path) {
  const int folder = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return false;
  const bool synced = fsync(folder) == 0 || errno == EINVAL || errno == EBADF || errno == ENOSYS || errno == ENOTSUP;
  close(folder);
  return synced;
}

std::int64_t mtime_ns_of(const struct stat& info) {
  return std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

}  // namespace coulis
