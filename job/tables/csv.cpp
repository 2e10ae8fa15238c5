#include <fmt/format.h>

#include <iterator>

#include "job/tables/tables.hpp"

namespace coulis {
namespace {

constexpr std::string_view kLineEnd = "\r\n";  // RFC 4180

void append_field(std::string& line, std::string_view field, char separator) {
  const bool needs_quotes = field.find_first_of("\"\r\n") != std::string_view::npos || field.find(separator) != std::string_view::npos;
  if (!needs_quotes) {
    line += field;
    return;
  }
  line += '"';
  for (const char c : field) {
    if (c == '"') line += '"';
    line += c;
  }
  line += '"';
}

}  // namespace

std::string write_errors_csv(const std::vector<ErrorRow>& errors, char separator) {
  std::string text = fmt::format("path{0}stage{0}code{0}message{0}size{1}", separator, kLineEnd);
  for (const ErrorRow& error : errors) {
    for (const std::string* field : {&error.path, &error.stage, &error.code, &error.message}) {
      append_field(text, *field, separator);
      text += separator;
    }
    text += fmt::format("{}{}", error.size_bytes, kLineEnd);
  }
  return text;
}

std::string matrix_csv_header(std::size_t width, char separator) {
  std::string line = fmt::format("path{}label", separator);
  for (std::size_t i = 1; i <= width; ++i) line += fmt::format("{}pc_{}", separator, i);
  return line.append(kLineEnd);
}

std::string matrix_csv_lines(const RowTable& table, char separator) {
  std::string text;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    append_field(text, table.paths[i], separator);
    text += separator;
    append_field(text, table.labels[i], separator);
    for (const float value : table.matrix().row(i)) fmt::format_to(std::back_inserter(text), "{}{}", separator, value);
    text += kLineEnd;
  }
  return text;
}

}  // namespace coulis
