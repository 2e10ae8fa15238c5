// Keywords of Python -> options: the names are those of the flags, with '_' for '-'.
#pragma once

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <set>
#include <string>
#include <type_traits>

#include "core/base/field_text.hpp"

namespace coulis::bindings {

inline std::string keyword_of(const Field& field) {
  std::string name = field.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// Sets the fields whose keyword is given, and remembers all names. Throws Error(kUsage) for a value of the wrong type or out of range.
struct ReadKeywords {
  const nanobind::dict& keywords;
  std::set<std::string>& known;

  template <class T>
  void operator()(const Field& field, T& value) const {
    const std::string name = keyword_of(field);
    known.insert(name);
    if (!keywords.contains(name.c_str())) return;
    try {
      if constexpr (std::is_enum_v<T>) {
        value = parse_enum<T>(nanobind::cast<std::string>(keywords[name.c_str()]));
      } else {
        value = nanobind::cast<T>(keywords[name.c_str()]);
      }
    } catch (const nanobind::cast_error&) {
      throw Error(ErrorCode::kUsage, fmt::format("{} is of the wrong type", name), "see help(coulis.run)");
    }
    CheckRange()(field, value);
  }
};

// Throws Error(kUsage) for a keyword that no field has.
inline void refuse_unknown(const nanobind::dict& keywords, const std::set<std::string>& known) {
  for (const auto& [key, value] : keywords) {
    const auto name = nanobind::cast<std::string>(key);
    if (known.contains(name)) continue;
    throw Error(ErrorCode::kUsage, fmt::format("there is no option '{}'", name),
                "the options are the flags of `coulis run --help`, with '_' for '-'");
  }
}

}  // namespace coulis::bindings
