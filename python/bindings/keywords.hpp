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

// The system's bytes of a path, which need not be UTF-8. From
// bytes, or from str, which may hold surrogates of os.fsdecode().
inline std::string to_raw(nanobind::handle text) {
  nanobind::object bytes = nanobind::borrow(text);
  if (PyUnicode_Check(text.ptr())) bytes = nanobind::steal(PyUnicode_EncodeFSDefault(text.ptr()));
  if (!bytes.is_valid()) PyErr_Clear();
  if (!bytes.is_valid() || !PyBytes_Check(bytes.ptr())) throw nanobind::cast_error();
  return {PyBytes_AsString(bytes.ptr()), static_cast<std::size_t>(PyBytes_Size(bytes.ptr()))};
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
      } else if constexpr (std::is_same_v<T, std::string>) {
        value = to_raw(keywords[name.c_str()]);
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

// The options of one struct. Throws Error(kUsage) for an unknown name or a wrong value.
template <class O>
O read_options(const nanobind::dict& keywords) {
  O options;
  std::set<std::string> known;
  visit_fields(options, ReadKeywords{keywords, known});
  refuse_unknown(keywords, known);
  return options;
}

}  // namespace coulis::bindings
