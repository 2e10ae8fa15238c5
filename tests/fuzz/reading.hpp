// What read_models.cpp and read_job_files.cpp share: a hash of values, and an Error as a Reading.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "tests/fuzz/readers.hpp"

namespace coulis {

inline std::size_t hash_text(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

template <class T>
std::size_t hash_values(const std::vector<T>& values) {
  return hash_text({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

// read: () -> digest
template <class Read>
Reading read_or_error(Read&& read) {
  try {
    return {"ok", read()};
  } catch (const Error&) {
    return {"error"};
  }
}

}  // namespace coulis
