#include "job/storage/scratch_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "job/storage/posix_file.hpp"

namespace coulis {
namespace {

std::string scratch_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder != nullptr && *folder != '\0' ? folder : "/tmp";
}

// O_TMPFILE is not known to every file system.
int open_without_name(const std::string& folder) {
  const int file = open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (file >= 0) return file;
  std::string name = folder + "/coulis-XXXXXX";
  const int named = mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) unlink(name.c_str());
  return named;
}

[[noreturn]] void throw_scratch_error(std::string_view what) {
  throw Error(ErrorCode::kStorage,
              fmt::format("cannot {} a scratch file in {}: {}", what, printable(scratch_folder()), std::generic_category().message(errno)),
              "set TMPDIR to a folder with room for 60 bytes a photo");
}

}  // namespace

ScratchFile::ScratchFile() : file_(open_without_name(scratch_folder())) {
  if (file_ < 0) file_ = memfd_create("coulis", MFD_CLOEXEC);
  if (file_ < 0) throw_scratch_error("make");
}

ScratchFile::~ScratchFile() {
  close(file_);
}

void ScratchFile::append(std::string_view bytes) {
  if (!write_whole(file_, std::as_bytes(std::span(bytes)))) throw_scratch_error("write");
  size_ += bytes.size();
}

void ScratchFile::read(std::uint64_t offset, std::span<char> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = EIO;
    if (count <= 0) throw_scratch_error("read");
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
}

}  // namespace coulis
