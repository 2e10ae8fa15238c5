#include <fmt/format.h>

#include "job/storage/location.hpp"

namespace coulis {
namespace {

std::size_t utf8_length(std::string_view text) {  // bytes of the valid UTF-8 character at the front, 0 if there is none
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {  // no overlong forms, no surrogates
    const bool second = first == 0xE0 ? follows(1, 0xA0) : first == 0xED ? follows(1, 0x80, 0x9F) : follows(1);
    return second && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const bool second = first == 0xF0 ? follows(1, 0x90) : first == 0xF4 ? follows(1, 0x80, 0x8F) : follows(1);
    return second && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

}  // namespace

std::string printable(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t length = utf8_length(raw);
    const bool control = length == 1 && (static_cast<unsigned char>(raw[0]) < 0x20 || raw[0] == 0x7F);
    if (length == 0 || control) {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(raw[0]));
    } else {
      text.append(raw.substr(0, length));
    }
    raw.remove_prefix(length == 0 ? 1 : length);
  }
  return text;
}

}  // namespace coulis
