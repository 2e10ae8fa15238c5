#include "core/decode/codecs/quiet_stderr.hpp"

#include <atomic>
#include <cstdio>
#include <mutex>

namespace coulis {

#ifdef __GLIBC__
namespace {

thread_local int depth = 0;  // of this thread

std::mutex mutex;
int threads_inside = 0;
std::atomic<std::FILE*> usual = nullptr;  // where other threads print meanwhile

ssize_t write_unless_inside(void* /*cookie*/, const char* text, std::size_t size) {
  if (depth == 0) std::fwrite(text, 1, size, usual);
  return static_cast<ssize_t>(size);
}

std::FILE* open_quiet_stream() {
  std::FILE* stream = fopencookie(nullptr, "w", {nullptr, write_unless_inside, nullptr, nullptr});
  if (stream != nullptr) std::setvbuf(stream, nullptr, _IONBF, 0);
  return stream;
}

std::FILE* quiet_stream() {
  static std::FILE* const kStream = open_quiet_stream();  // never closed: a thread may be about to print to it
  return kStream;
}

// glibc's stderr is a variable. It is replaced only while a codec works, because such a stream has no file
// descriptor, which others in the process may ask for.
void replace_stderr(std::FILE* stream) {
  std::atomic_ref<std::FILE*>(stderr).store(stream);
}

}  // namespace

QuietStderr::QuietStderr() {
  if (depth++ > 0 || quiet_stream() == nullptr) return;
  const std::scoped_lock lock(mutex);
  if (threads_inside++ > 0) return;
  usual = stderr;
  replace_stderr(quiet_stream());
}

QuietStderr::~QuietStderr() {
  if (--depth > 0 || quiet_stream() == nullptr) return;
  const std::scoped_lock lock(mutex);
  if (--threads_inside == 0 && stderr == quiet_stream()) replace_stderr(usual);
}
#else
QuietStderr::QuietStderr() = default;
QuietStderr::~QuietStderr() = default;
#endif

}  // namespace coulis
