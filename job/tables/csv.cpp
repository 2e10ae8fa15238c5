#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "job/tables/feature_stream.hpp"
#include "job/tables/tables.hpp"

namespace coulis {
namespace {

constexpr std::string_view kLineEnd = "\r\n";  // RFC 4180
constexpr std::string_view kByteOrderMark = "\uFEFF";

// What OWASP's page "CSV Injection" lists; the last four are the full-width forms of the first.
constexpr std::array<std::string_view, 11> kFormulaStarts = {"=", "+", "-", "@", "\t", "\r", "\n", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};

// Also after apostrophes: these get one more, so that different texts stay different.
bool is_formula(std::string_view field) {
  field.remove_prefix(std::min(field.find_first_not_of('\''), field.size()));
  return std::any_of(kFormulaStarts.begin(), kFormulaStarts.end(), [&](std::string_view start) { return field.starts_with(start); });
}

char separator_of(const CsvOptions& options) {
  return static_cast<char>(options.separator);
}

std::string_view start_of_file(const CsvOptions& options) {
  return options.bom ? kByteOrderMark : "";
}

void append_field(std::string& line, std::string_view field, const CsvOptions& options) {
  const bool apostrophe = options.formulas == CsvFormulas::kQuote && is_formula(field);
  const bool needs_quotes =
      field.find_first_of("\"\r\n") != std::string_view::npos || field.find(separator_of(options)) != std::string_view::npos;
  if (needs_quotes) line += '"';
  if (apostrophe) line += '\'';
  for (const char c : field) {
    if (c == '"') line += '"';
    line += c;
  }
  if (needs_quotes) line += '"';
}

}  // namespace

std::string write_errors_csv(const std::vector<ErrorRow>& errors, const CsvOptions& options) {
  std::string text = fmt::format("{2}path{0}stage{0}code{0}message{0}size{1}", separator_of(options), kLineEnd, start_of_file(options));
  for (const ErrorRow& error : errors) {
    for (const std::string* field : {&error.path, &error.stage, &error.code, &error.message}) {
      append_field(text, *field, options);
      text += separator_of(options);
    }
    text += fmt::format("{}{}", error.size_bytes, kLineEnd);
  }
  return text;
}

std::string matrix_csv_header(std::size_t width, const CsvOptions& options) {
  std::string line = fmt::format("{}path{}label", start_of_file(options), separator_of(options));
  for (std::size_t i = 1; i <= width; ++i) line += fmt::format("{}pc_{}", separator_of(options), i);
  return line.append(kLineEnd);
}

std::string feature_csv_header(std::size_t width, const CsvOptions& options) {
  std::string line = fmt::format("{}path{}code", start_of_file(options), separator_of(options));
  for (std::size_t i = 0; i < width; ++i) line += fmt::format("{}f{}", separator_of(options), i);
  return line.append(kLineEnd);
}

std::string feature_csv_lines(const FeatureBatch& batch, const CsvOptions& options) {
  const std::size_t width = batch.paths.empty() ? 0 : batch.values.size() / batch.paths.size();
  std::string text;
  for (std::size_t i = 0; i < batch.paths.size(); ++i) {
    append_field(text, batch.paths[i], options);
    text += separator_of(options);
    text += batch.codes[i];
    for (std::size_t column = 0; column < width; ++column) {
      text += separator_of(options);
      if (batch.codes[i].empty()) fmt::format_to(std::back_inserter(text), "{}", batch.values[i * width + column]);
    }
    text += kLineEnd;
  }
  return text;
}

std::string matrix_csv_lines(const RowTable& table, const CsvOptions& options) {
  std::string text;
  for (std::size_t i = 0; i < table.rows(); ++i) {
    append_field(text, table.paths[i], options);
    text += separator_of(options);
    append_field(text, table.labels[i], options);
    for (const float value : table.matrix().row(i)) fmt::format_to(std::back_inserter(text), "{}{}", separator_of(options), value);
    text += kLineEnd;
  }
  return text;
}

}  // namespace coulis
