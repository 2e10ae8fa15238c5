// read_file: the bytes of a file, whatever the path leads to. It never waits: it refuses pipes, sockets and devices.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/outcome.hpp"

namespace coulis {

// Reads to the end, whatever the stated size. Fails with Failure{kRead, kVanished | kUnreadable}.
Outcome<std::vector<std::byte>> read_file(const std::string& path, std::uint64_t most_bytes);

// Reads a range of the file, up to its end. Failure{kRead, kChanged} if the file is not `as_listed`.
Outcome<std::vector<std::byte>> read_file_range(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
                                                const std::function<bool(const struct stat& info)>& as_listed);

// A hint to the kernel. Ignores errors, because read_file() reports them.
void start_reading(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes);

}  // namespace coulis
