// read_file: the bytes of a file that somebody else named. It never waits: pipes, sockets and devices are refused.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/outcome.hpp"

namespace coulis {

// Until its end, whatever size it says. What goes wrong is Failure{kRead, kVanished | kUnreadable}.
Outcome<std::vector<std::byte>> read_file(const std::string& path, std::uint64_t most_bytes);

// A range of it, as far as it goes; Failure{kRead, kChanged} if it is not `as_listed`.
Outcome<std::vector<std::byte>> read_file_range(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes,
                                                const std::function<bool(const struct stat& info)>& as_listed);

// A hint to the kernel; no error says anything: read_file() will.
void start_reading(const std::string& path, std::uint64_t offset, std::uint64_t size_bytes);

}  // namespace coulis
