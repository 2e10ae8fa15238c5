// TarWriter: files one behind the other in a tar, as POSIX has it: ustar, and pax for what ustar has no room for.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/base/sha256.hpp"
#include "job/storage/location.hpp"

namespace coulis {

std::uint64_t tar_bytes(std::uint64_t file_bytes);  // that a file takes, with its header: up to full blocks

class TarWriter {
 public:
  explicit TarWriter(PutStream& out) : out_(out) {}

  // name: raw bytes. The same files give the same tar: they have no time and no owner. Returns where the file's bytes begin.
  std::uint64_t add(const std::string& name, std::span<const std::byte> file);
  void end();

  std::uint64_t size() const { return size_; }

 private:
  void write(std::span<const std::byte> bytes);
  void flush();
  void write_entry(const std::string& name, char type, std::span<const std::byte> bytes);

  PutStream& out_;
  Bytes waiting_;  // of many small photos: one call of the system for a megabyte of them
  std::uint64_t size_ = 0;
};

}  // namespace coulis
