// Options as text, as on a command line. A number outside its field's range, or a word that an enumeration does not
// have, throws Error(kUsage).
#pragma once

#include <fmt/format.h>

#include <charconv>
#include <concepts>
#include <map>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/enum_names.hpp"
#include "core/base/error.hpp"
#include "core/base/field.hpp"
#include "core/base/printable.hpp"

namespace coulis {

using OptionTexts = std::map<std::string, std::vector<std::string>>;  // by the field's name; only a list has more than one text

template <class T>
concept Number = std::integral<T> && !std::same_as<T, bool>;

inline std::string flag_of(const Field& field) {  // "-k", "--max-bad"
  return std::string(field.name[1] == '\0' ? "-" : "--") + field.name;
}

template <class T>
std::string to_text(const T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    return value;
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(to_string(value));
  } else {
    return fmt::format("{}", value);
  }
}

template <class T>
std::vector<std::string> to_texts(const T& value) {
  if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return value;
  } else {
    return {to_text(value)};
  }
}

template <class T>
void parse_number(const std::string& text, std::string_view digits, const Field& field, T& value) {
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc() && stop == digits.data() + digits.size()) return;
  throw Error(ErrorCode::kUsage,
              fmt::format("{}: '{}' is not a {}", flag_of(field), text, std::is_integral_v<T> ? "whole number" : "share"),
              std::is_integral_v<T> ? "" : "write 0.01 or 1%");
}

template <class T>
void from_text(const std::string& text, const Field& field, T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    value = text;
  } else if constexpr (std::is_enum_v<T>) {
    value = parse_enum<T>(text);
  } else if constexpr (std::is_same_v<T, bool>) {
    value = text == "true";
  } else if constexpr (Number<T>) {
    parse_number(text, text, field, value);
  } else {  // a share
    const bool percent = text.ends_with('%');
    double number = 0;
    parse_number(text, std::string_view(text).substr(0, text.size() - (percent ? 1 : 0)), field, number);
    value = percent ? number / 100 : number;
  }
}

// Throws Error(kUsage) for a number outside the field's range.
struct CheckRange {
  template <class T>
  void operator()(const Field& field, const T& value) const {
    if constexpr (std::is_same_v<T, double> || Number<T>) {
      const auto number = static_cast<double>(value);
      if (number >= field.range.lowest && number <= field.range.highest) return;
      const bool open = field.range.highest == Range().highest;
      throw Error(ErrorCode::kUsage,
                  open ? fmt::format("{} must be at least {}", flag_of(field), field.range.lowest)
                       : fmt::format("{} must lie between {} and {}", flag_of(field), field.range.lowest, field.range.highest),
                  "see `coulis run --help`");
    }
  }
};

// Sets the fields that the texts name.
struct ReadTexts {
  const OptionTexts& texts;

  template <class T>
  void operator()(const Field& field, T& value) const {
    const auto found = texts.find(field.name);
    if (found == texts.end()) return;
    if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      value = found->second;
    } else {
      from_text(found->second.back(), field, value);
      CheckRange()(field, value);
    }
  }
};

// Only the fields whose change recomputes something: the others do not affect results.
struct WriteTexts {
  OptionTexts& texts;

  template <class T>
  void operator()(const Field& field, const T& value) const {
    if (field.affects != Affects::kNothing) texts[field.name] = to_texts(value);
  }
};

// A line such as "label-regex=..." for each option that changes a part file, except the one that is named.
struct WriteSettings {
  std::string& text;
  std::string_view but;

  template <class T>
  void operator()(const Field& field, const T& value) const {
    if (field.affects != Affects::kFeatures || field.name == but) return;
    for (const std::string& one : to_texts(value)) text += fmt::format("{}={}\n", field.name, printable(one));
  }
};

}  // namespace coulis
