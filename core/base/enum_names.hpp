// EnumNames: the names of an enumeration's values, in one table beside it, for options, files and messages.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"

namespace coulis {

// Specialise it with `kWhat`, what the values are ("precision"), and `kAll`, an array of pairs (value,
// name). A value's first name is written; further names of the same value are accepted as input.
template <class E>
struct EnumNames;

template <class E>
concept NamedEnum = requires {
  EnumNames<E>::kAll;
};

template <NamedEnum E>
constexpr std::string_view to_string(E value) {
  for (const auto& [named, name] : EnumNames<E>::kAll) {
    if (named == value) return name;
  }
  return "unknown";
}

template <NamedEnum E>
std::string list_names() {  // "fp32, bf16 or int8"
  std::string names;
  std::size_t left = 0;
  for (const auto& [value, name] : EnumNames<E>::kAll) left += to_string(value) == name;
  for (const auto& [value, name] : EnumNames<E>::kAll) {
    if (to_string(value) != name) continue;
    names += name;
    --left;
    if (left > 0) names += left == 1 ? " or " : ", ";
  }
  return names;
}

// Throws Error(kUsage).
template <NamedEnum E>
E parse_enum(std::string_view text) {
  for (const auto& [value, name] : EnumNames<E>::kAll) {
    if (name == text) return value;
  }
  throw Error(ErrorCode::kUsage, fmt::format("unknown {} '{}'", EnumNames<E>::kWhat, text), fmt::format("use {}", list_names<E>()));
}

}  // namespace coulis
