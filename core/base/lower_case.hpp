// Names in which letters of either case are the same: ASCII letters, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace coulis {

inline char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) { return lower_case(c); });
  return text;
}

// ending: in lower case, with its dot. False where the name is nothing else.
inline bool ends_like(std::string_view name, std::string_view ending) {
  return name.size() > ending.size() &&
         std::equal(ending.rbegin(), ending.rend(), name.rbegin(), [](char a, char b) { return a == lower_case(b); });
}

// "jpg" of "a/1.JPG"; "" of "a.b/1".
inline std::string lower_ending(std::string_view key) {
  const std::string_view name = key.substr(key.rfind('/') + 1);
  const std::size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? "" : lower_case(std::string(name.substr(dot + 1)));
}

}  // namespace coulis
