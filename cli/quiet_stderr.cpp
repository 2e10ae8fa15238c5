#include "cli/quiet_stderr.hpp"

#include <unistd.h>

#include <cstddef>
#include <cstdio>

#include "core/decode/codec_at_work.hpp"

namespace coulis {
namespace {

#ifdef __GLIBC__
ssize_t write_unless_codec(void* /*cookie*/, const char* text, std::size_t size) {
  return CodecAtWork::on_this_thread() ? static_cast<ssize_t>(size) : write(STDERR_FILENO, text, size);
}
#endif

}  // namespace

void silence_codecs() {
#ifdef __GLIBC__
  std::FILE* stream = fopencookie(nullptr, "w", {nullptr, write_unless_codec, nullptr, nullptr});
  if (stream == nullptr) return;
  std::setvbuf(stream, nullptr, _IOLBF, 0);
  stderr = stream;
#endif
}

}  // namespace coulis
