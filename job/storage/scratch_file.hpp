// ScratchFile: a file without a name that holds what memory should not. It is gone when its owner ends, however that happens.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace coulis {

// In the folder of TMPDIR, or /tmp. In memory where no such file can be made.
class ScratchFile {
 public:
  ScratchFile();
  ~ScratchFile();
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;

  std::uint64_t size() const { return size_; }
  void append(std::string_view bytes);                           // throws Error(kStorage), as the next does
  void read(std::uint64_t offset, std::span<char> bytes) const;  // all of them; thread-safe

 private:
  int file_;
  std::uint64_t size_ = 0;
};

}  // namespace coulis
