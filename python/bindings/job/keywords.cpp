#include "python/bindings/job/keywords.hpp"

#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <set>
#include <string>
#include <type_traits>

#include "core/base/error.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

constexpr const char* kRemedy = "the options are the flags of `coulis run --help`, with '_' for '-'";

void parse(const std::string& text, OnBad& value) {
  value = parse_on_bad(text);
}
void parse(const std::string& text, Precision& value) {
  value = parse_precision(text);
}
void parse(const std::string& text, Compression& value) {
  value = parse_compression(text);
}
void parse(const std::string& text, PcaConvention& value) {
  value = parse_pca_convention(text);
}
void parse(const std::string& text, Addressing& value) {
  value = parse_addressing(text);
}
void parse(const std::string& text, CsvFormulas& value) {
  value = parse_csv_formulas(text);
}
void parse(const std::string& text, char& value) {
  if (text.size() != 1) throw Error(ErrorCode::kUsage, "csv_separator must be one character");
  value = text[0];
}

// Reads one field where its keyword is given, and remembers the name.
struct KeywordReader {
  const nb::dict& keywords;
  std::set<std::string>& known;

  template <class T>
  void operator()(const char* flag, const char* /*help*/, T& field) const {
    std::string name = flag;
    std::replace(name.begin(), name.end(), '-', '_');
    known.insert(name);
    if (!keywords.contains(name.c_str())) return;
    try {
      if constexpr (std::is_enum_v<T> || std::is_same_v<T, char>) {
        parse(nb::cast<std::string>(keywords[name.c_str()]), field);
      } else {
        field = nb::cast<T>(keywords[name.c_str()]);
      }
    } catch (const nb::cast_error&) {
      throw Error(ErrorCode::kUsage, fmt::format("{} is of the wrong type", name), kRemedy);
    }
  }
};

}  // namespace

RunOptions read_keywords(const nb::dict& keywords) {
  RunOptions options;
  std::set<std::string> known;
  const KeywordReader read{keywords, known};
  read("input", "", options.input);
  read("output", "", options.output);
  visit_fields(options.features, read);
  visit_fields(options.listing, read);
  visit_fields(options.decode, read);
  read("k", "", options.pca.k);
  read("variance", "", options.pca.variance);
  read("pca-convention", "", options.pca.convention);
  visit_fields(options.storage, read);
  visit_fields(options.report, read);
  read("csv-separator", "", options.csv.separator);
  read("csv-formulas", "", options.csv.formulas);
  read("csv-bom", "", options.csv.bom);
  for (const auto& [key, value] : keywords) {
    const auto name = nb::cast<std::string>(key);
    if (!known.contains(name)) throw Error(ErrorCode::kUsage, fmt::format("there is no option '{}'", name), kRemedy);
  }
  return options;
}

}  // namespace coulis::bindings
