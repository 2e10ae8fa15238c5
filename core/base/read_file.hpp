// read_file: the bytes of a file that somebody else named. It never waits: pipes, sockets and devices are refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/outcome.hpp"

namespace coulis {

// Until its end, whatever size it says. What goes wrong is Failure{kRead, kVanished | kUnreadable}.
Outcome<std::vector<std::byte>> read_file(const std::string& path, std::uint64_t most_bytes);

void start_reading(const std::string& path);  // a hint to the kernel; no error says anything: read_file() will

}  // namespace coulis
