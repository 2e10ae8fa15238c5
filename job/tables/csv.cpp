#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "core/base/error.hpp"
#include "job/tables/tables.hpp"

namespace coulis {
namespace {

constexpr std::string_view kLineEnd = "\r\n";  // RFC 4180
constexpr std::string_view kByteOrderMark = "\uFEFF";

// What OWASP's page "CSV Injection" lists; the last four are the full-width forms of the first.
constexpr std::array<std::string_view, 11> kFormulaStarts = {"=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};

// An apostrophe before it does not count: with one more in front of it, no two texts become one.
bool is_formula(std::string_view field) {
  field.remove_prefix(std::min(field.find_first_not_of('\''), field.size()));
  return std::any_of(kFormulaStarts.begin(), kFormulaStarts.end(), [&](std::string_view start) { return field.starts_with(start); });
}

std::string_view start_of_file(const CsvOptions& options) {
  return options.bom ? kByteOrderMark : "";
}

void append_field(std::string& line, std::string_view field, const CsvOptions& options) {
  const bool apostrophe = options.formulas == CsvFormulas::kQuote && is_formula(field);
  const bool needs_quotes =
      field.find_first_of("\"\r\n") != std::string_view::npos || field.find(options.separator) != std::string_view::npos;
  if (needs_quotes) line += '"';
  if (apostrophe) line += '\'';
  for (const char c : field) {
    if (c == '"') line += '"';
    line += c;
  }
  if (needs_quotes) line += '"';
}

}  // namespace

std::string_view to_string(CsvFormulas formulas) {
  return formulas == CsvFormulas::kKeep ? "keep" : "quote";
}

CsvFormulas parse_csv_formulas(std::string_view name) {
  if (name == "keep") return CsvFormulas::kKeep;
  if (name == "quote") return CsvFormulas::kQuote;
  throw Error(ErrorCode::kUsage, fmt::format("unknown --csv-formulas '{}'", name), "use quote or keep");
}

std::string write_errors_csv(const std::vector<ErrorRow>& errors, const CsvOptions& options) {
  std::string text = fmt::format("{2}path{0}stage{0}code{0}message{0}size{1}", options.separator, kLineEnd, start_of_file(options));
  for (const ErrorRow& error : errors) {
    for (const std::string* field : {&error.path, &error.stage, &error.code, &error.message}) {
      append_field(text, *field, options);
      text += options.separator;
    }
    text += fmt::format("{}{}", error.size_bytes, kLineEnd);
  }
  return text;
}

std::string matrix_csv_header(std::size_t width, const CsvOptions& options) {
  std::string line = fmt::format("{}path{}label", start_of_file(options), options.separator);
  for (std::size_t i = 1; i <= width; ++i) line += fmt::format("{}pc_{}", options.separator, i);
  return line.append(kLineEnd);
}

std::string matrix_csv_lines(const RowTable& table, const CsvOptions& options) {
  std::string text;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    append_field(text, table.paths[i], options);
    text += options.separator;
    append_field(text, table.labels[i], options);
    for (const float value : table.matrix().row(i)) fmt::format_to(std::back_inserter(text), "{}{}", options.separator, value);
    text += kLineEnd;
  }
  return text;
}

}  // namespace coulis
