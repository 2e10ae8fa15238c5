#include "core/base/read_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "core/base/long_path.hpp"

namespace coulis {
namespace {

constexpr std::size_t kFirstGrowth = std::size_t{1} << 16;  // for a file that has more bytes than its stated size, as in /proc

Failure unreadable(const std::string& reason) {
  return {Stage::kRead, FailureCode::kUnreadable, fmt::format("cannot be read: {}", reason)};
}

Failure read_failure(int code) {
  if (code == ENOENT || code == ELOOP) return {Stage::kRead, FailureCode::kVanished, "the file is no longer there"};
  return unreadable(std::generic_category().message(code));
}

std::optional<Failure> refuse_kind(mode_t mode) {
  if (S_ISREG(mode)) return std::nullopt;
  if (S_ISDIR(mode)) return read_failure(EISDIR);
  return unreadable(fmt::format("it is a {}, not a file", S_ISFIFO(mode) ? "pipe" : S_ISSOCK(mode) ? "socket" : "device"));
}

// O_NONBLOCK, because open() of a pipe would wait for a writer.
int open_at_once(const std::string& path) {
  const int file = open_long(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat info {};
  if (file >= 0 || errno != EWOULDBLOCK || stat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return file;
  return open_long(path, O_RDONLY | O_CLOEXEC);  // the file has a lease, as a file server takes one: it ends within seconds
}

class OpenFile {
 public:
  explicit OpenFile(const std::string& path) : file_(open_at_once(path)) {}
  ~OpenFile() {
    if (file_ >= 0) close(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int get() const { return file_; }

 private:
  int file_;
};

// Fills in `info`.
std::optional<Failure> refuse(const OpenFile& file, const std::string& path, struct stat& info) {
  if (file.get() < 0) {
    const int code = errno;
    const bool no_file = code == ENXIO && stat(path.c_str(), &info) == 0;  // a socket cannot be opened
    return no_file ? refuse_kind(info.st_mode).value_or(read_failure(code)) : read_failure(code);
  }
  if (fstat(file.get(), &info) != 0) return read_failure(errno);
  return refuse_kind(info.st_mode);
}

bool has_nul(const std::string& path) {  // the system would read the path only up to the NUL
  return path.find('\0') != std::string::npos;
}

}  // namespace

Outcome<std::vector<std::byte>> read_file(const std::string& path, std::uint64_t most_bytes) {
  if (has_nul(path)) return unreadable("its name contains a NUL character");
  const OpenFile file(path);
  struct stat info {};
  if (auto failure = refuse(file, path, info)) return *failure;
  if (static_cast<std::uint64_t>(info.st_size) > most_bytes) return read_failure(EFBIG);
  std::vector<std::byte> bytes(static_cast<std::size_t>(info.st_size) + 1);  // one more, to notice the end
  std::size_t filled = 0;
  while (true) {
    const ssize_t count = read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return read_failure(errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > most_bytes) return read_failure(EFBIG);
    if (filled == bytes.size()) bytes.resize(std::max(2 * filled, kFirstGrowth));
  }
  bytes.resize(filled);
  return bytes;
}

Outcome<std::vector<std::byte>> read_file_range(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
                                                const std::function<bool(const struct stat& info)>& as_listed) {
  const OpenFile file(path);
  struct stat info {};
  if (auto failure = refuse(file, path, info)) return *failure;
  if (!as_listed(info)) return Failure{Stage::kRead, FailureCode::kChanged, "it was changed after it was listed"};
  const auto end = static_cast<std::uint64_t>(info.st_size);
  std::vector<std::byte> bytes(static_cast<std::size_t>(offset < end ? std::min(size_bytes, end - offset) : 0));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = pread(file.get(), bytes.data() + filled, bytes.size() - filled, static_cast<off_t>(offset + filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return read_failure(errno);
    if (count == 0) return Failure{Stage::kRead, FailureCode::kChanged, "it was cut off after it was listed"};
    filled += static_cast<std::size_t>(count);
  }
  return bytes;
}

void start_reading(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes) {
  if (has_nul(path)) return;
  const OpenFile file(path);
  if (file.get() >= 0) posix_fadvise(file.get(), static_cast<off_t>(offset), static_cast<off_t>(size_bytes), POSIX_FADV_WILLNEED);
}

}  // namespace coulis
