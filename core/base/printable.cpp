#include "core/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

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

// C0, DEL and C1: a terminal reads U+009B as the start of an escape sequence, like ESC [. U+2028 and
// U+2029 end a line; U+202A to U+202E and U+2066 to U+2069 change the direction of the text after them.
bool is_control(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x20 || byte(0) == 0x7F;
  if (character.size() == 2) return byte(0) == 0xC2 && byte(1) < 0xA0;
  if (byte(0) != 0xE2) return false;
  return (byte(1) == 0x80 && byte(2) >= 0xA8 && byte(2) <= 0xAE) || (byte(1) == 0x81 && byte(2) >= 0xA6 && byte(2) <= 0xA9);
}

// -1: not a digit as printable() writes them.
int digit(char c) {
  return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool begins_with_escape(std::string_view text) {
  return text.size() >= 4 && text[0] == '\\' && text[1] == 'x' && digit(text[2]) >= 0 && digit(text[3]) >= 0;
}

std::string print(std::string_view raw, bool is_name) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t length = utf8_length(raw);
    const std::size_t taken = std::max<std::size_t>(length, 1);
    if (length == 0 || is_control(raw.substr(0, length)) || (is_name && begins_with_escape(raw))) {
      for (const char c : raw.substr(0, taken)) text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      text.append(raw.substr(0, length));
    }
    raw.remove_prefix(taken);
  }
  return text;
}

}  // namespace

std::string printable(std::string_view raw) {
  return print(raw, true);
}

std::string printable_sentence(std::string_view raw) {
  return print(raw, false);
}

std::string raw_name(std::string_view printed) {
  if (printed.find('\\') == std::string_view::npos) return std::string(printed);  // most names
  std::string raw;
  raw.reserve(printed.size());
  while (!printed.empty()) {
    const bool escape = begins_with_escape(printed);
    raw += escape ? static_cast<char>(digit(printed[2]) * 16 + digit(printed[3])) : printed[0];
    printed.remove_prefix(escape ? 4 : 1);
  }
  return raw;
}

}  // namespace coulis
