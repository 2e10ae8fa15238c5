// Preloaded into coulis, makes its n-th call of some kind on a file of OUTPUT fail. How it is told what to do: io_faults.py, which sets
// COULIS_FAULT_FOLDER  calls on this folder and below it count, no others
// COULIS_FAULT_CALLS   names of calls, such as "open,write"
// COULIS_FAULT_AT      the number of the call that fails, from 1; 0: none does
// COULIS_FAULT_KIND    EIO: that call fails; ENOSPC: that call and all after it fail, as on a full disk; EINTR; short: half of it is
// written;
//                      kill: the process dies instead
// COULIS_FAULT_COUNT   a file for the number of calls, written at the end
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

struct Orders {
  std::string folder = environment("COULIS_FAULT_FOLDER");
  std::string calls = "," + environment("COULIS_FAULT_CALLS") + ",";
  long at = std::atol(environment("COULIS_FAULT_AT").c_str());
  std::string kind = environment("COULIS_FAULT_KIND");
};

const Orders& orders() {
  static const Orders& instance = *new Orders;  // never destroyed: calls are made until the very end
  return instance;
}

std::atomic<long> calls_so_far = 0;

template <class F>
F* real(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

// Whether this call is the one. "short" is for the caller to carry out; errno is set for the others.
bool must_fail(const char* call, std::string_view path) {
  const Orders& o = orders();
  const bool inside = !o.folder.empty() && path.starts_with(o.folder) && (path.size() == o.folder.size() || path[o.folder.size()] == '/');
  if (!inside || o.calls.find("," + std::string(call) + ",") == std::string::npos) return false;
  const long number = ++calls_so_far;
  const bool hit = number == o.at || (o.kind == "ENOSPC" && o.at > 0 && number > o.at);
  if (!hit) return false;
  if (o.kind == "kill") kill(getpid(), SIGKILL);
  errno = o.kind == "ENOSPC" ? ENOSPC : o.kind == "EINTR" ? EINTR : EIO;
  return true;
}

bool must_fail(const char* call, int file) {
  const int before = errno;
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(file);
  const ssize_t length = readlink(link.c_str(), path.data(), path.size());
  errno = before;
  return length > 0 && must_fail(call, std::string_view(path.data(), static_cast<std::size_t>(length)));
}

struct CountAtExit {
  ~CountAtExit() {
    const std::string file = environment("COULIS_FAULT_COUNT");
    if (file.empty()) return;
    std::FILE* stream = std::fopen(file.c_str(), "w");
    if (stream == nullptr) return;
    std::fprintf(stream, "%ld", calls_so_far.load());
    std::fclose(stream);
  }
} count_at_exit;

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0;
  va_end(arguments);
  const char* call = (flags & O_ACCMODE) == O_RDONLY ? "open to read" : "open to write";
  return must_fail(call, path) ? -1 : real<int(const char*, int, ...)>("open")(path, flags, mode);
}

ssize_t write(int file, const void* bytes, size_t count) {
  const auto write_for_real = real<ssize_t(int, const void*, size_t)>("write");
  if (!must_fail("write", file)) return write_for_real(file, bytes, count);
  return orders().kind == "short" ? write_for_real(file, bytes, std::max<size_t>(count / 2, 1)) : -1;
}

ssize_t pwrite(int file, const void* bytes, size_t count, off_t offset) {
  const auto write_for_real = real<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  if (!must_fail("write", file)) return write_for_real(file, bytes, count, offset);
  return orders().kind == "short" ? write_for_real(file, bytes, std::max<size_t>(count / 2, 1), offset) : -1;
}

ssize_t read(int file, void* bytes, size_t count) {
  const auto read_for_real = real<ssize_t(int, void*, size_t)>("read");
  if (!must_fail("read", file)) return read_for_real(file, bytes, count);
  return orders().kind == "short" ? read_for_real(file, bytes, std::max<size_t>(count / 2, 1)) : -1;
}

ssize_t pread(int file, void* bytes, size_t count, off_t offset) {
  const auto read_for_real = real<ssize_t(int, void*, size_t, off_t)>("pread");
  if (!must_fail("read", file)) return read_for_real(file, bytes, count, offset);
  return orders().kind == "short" ? read_for_real(file, bytes, std::max<size_t>(count / 2, 1), offset) : -1;
}

int fsync(int file) {
  return must_fail("fsync", file) ? -1 : real<int(int)>("fsync")(file);
}

int rename(const char* from, const char* to) {
  return must_fail("rename", to) ? -1 : real<int(const char*, const char*)>("rename")(from, to);
}

int unlink(const char* path) {
  return must_fail("unlink", path) ? -1 : real<int(const char*)>("unlink")(path);
}

int mkdir(const char* path, mode_t mode) {
  return must_fail("mkdir", path) ? -1 : real<int(const char*, mode_t)>("mkdir")(path, mode);
}

DIR* opendir(const char* path) {
  return must_fail("opendir", path) ? nullptr : real<DIR*(const char*)>("opendir")(path);
}

DIR* fdopendir(int file) {
  return must_fail("opendir", file) ? nullptr : real<DIR*(int)>("fdopendir")(file);
}

struct dirent* readdir(DIR* folder) {
  return must_fail("readdir", dirfd(folder)) ? nullptr : real<struct dirent*(DIR*)>("readdir")(folder);
}

int flock(int file, int operation) {
  return must_fail("flock", file) ? -1 : real<int(int, int)>("flock")(file, operation);
}

}  // extern "C"
