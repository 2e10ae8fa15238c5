// parse_whole_number: digits and nothing else.
#pragma once

#include <charconv>
#include <cstdint>
#include <string_view>

namespace coulis {

// False if `text` is not a whole number, or is too large.
inline bool parse_whole_number(std::string_view text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

}  // namespace coulis
