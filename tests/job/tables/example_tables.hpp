// Small tables for the tests of tables.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "job/tables/tables.hpp"

namespace coulis {

// Strings that a careless writer or reader would trip over.
inline const std::vector<std::string>& odd_strings() {
  static const std::vector<std::string> strings = {
      "", " ", "a,b", "\"", "a\"b", "line\nbreak", "cr\rlf\r\n", "größe 写真 \U0001F34E", "\\xff", "=1+1", std::string("nul\0inside", 10)};
  return strings;
}

inline RowTable make_table(std::size_t rows, std::size_t width) {
  RowTable table;
  table.width = width;
  table.metadata = {{"coulis.first", "1"}, {"coulis.odd", "größe\n\"x\""}, {"coulis.empty", ""}};
  for (std::size_t i = 0; i < rows; ++i) {
    table.paths.push_back(fmt::format("/photos/{}{}", i, odd_strings()[i % odd_strings().size()]));
    table.labels.push_back(odd_strings()[(i + 3) % odd_strings().size()]);
    for (std::size_t j = 0; j < width; ++j) table.values.push_back(static_cast<float>(i * width + j) * 0.1F - 7);
  }
  return table;
}

inline std::vector<ErrorRow> make_errors(std::size_t rows) {
  std::vector<ErrorRow> errors;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::string& odd = odd_strings()[i % odd_strings().size()];
    errors.push_back({fmt::format("/photos/{}{}", i, odd), "decode", "corrupt", fmt::format("It says {}", odd), i * 1'000'000'007});
  }
  return errors;
}

}  // namespace coulis
