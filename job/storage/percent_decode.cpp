#include "job/storage/percent_decode.hpp"

#include <algorithm>
#include <charconv>

namespace coulis {

std::string percent_decode(std::string_view text) {
  std::string raw;
  raw.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const char* digits = text.data() + i + 1;
    const bool escaped = text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2;
    raw += escaped ? static_cast<char>(byte) : text[i];
    if (escaped) i += 2;
  }
  return raw;
}

std::string form_decode(std::string text) {
  std::replace(text.begin(), text.end(), '+', ' ');
  return text.find('%') == std::string::npos ? text : percent_decode(text);
}

}  // namespace coulis
