// counted: a number with its noun: "1 photo", "2 photos", "0 photos".
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace coulis {

// `noun`: in the singular; its plural adds an s.
inline std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace coulis
