#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/base/error.hpp"

namespace coulis {

double parse_share(const std::string& text) {
  const bool percent = !text.empty() && text.back() == '%';
  const char* end = text.data() + text.size() - (percent ? 1 : 0);
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) {
    throw Error(ErrorCode::kUsage, fmt::format("'{}' is not a share", text), "write 0.01 or 1%");
  }
  return percent ? value / 100 : value;
}

char parse_separator(const std::string& text) {
  if (text == "tab" || text == "\\t") return '\t';
  const bool usable = text.size() == 1 && std::string_view(",;|\t: ").find(text[0]) != std::string_view::npos;
  if (!usable) throw Error(ErrorCode::kUsage, fmt::format("'{}' cannot separate columns", text), "use one of , ; | : tab");
  return text[0];
}

void add_session_flags(CLI::App& verb, Session& session) {
  verb.add_flag("-q,--quiet", session.quiet, "Say nothing but errors");
  verb.add_flag("-v,--verbose", session.verbose, "Say more");
  verb.add_flag("--json", session.json, "Print one JSON object instead of text");
}

void add_feature_flags(CLI::App& verb, RunOptions& options, const Session& session) {
  const FlagBinder bind{verb};
  visit_fields(options.features, bind);
  visit_fields(options.listing, bind);
  verb.get_option("--label-regex")->excludes(verb.get_option("--label-level"));
  visit_fields(options.decode, bind);
  add_storage_flags(verb, options.storage, session);
  visit_fields(options.report, bind);
  verb.add_option_function<std::string>(
          "--csv-separator", [&options](const std::string& text) { options.csv.separator = parse_separator(text); },
          "Between the columns of the CSV files: , ; | : or tab")
      ->default_str(",");
  bind("csv-formulas", "CSV texts that a spreadsheet would run as a formula: quote (a ' in front) or keep", options.csv.formulas);
}

void add_storage_flags(CLI::App& verb, StorageOptions& options, const Session& session) {
  options.maybe_interrupted = &session.interrupted;
  visit_fields(options, FlagBinder{verb});
}

void add_pca_flags(CLI::App& verb, PcaOptions& options) {
  CLI::Option* k = verb.add_option("-k,--components", options.k, "Number of components")->capture_default_str();
  verb.add_option_function<std::string>(
          "--variance",
          [&options](const std::string& text) {
            options.variance = parse_share(text);
            if (options.variance == 0) throw Error(ErrorCode::kUsage, "--variance 0 asks for no component", "give a share above 0, or -k");
          },
          "Instead of -k: as many components as explain this share of the variance, such as 0.95")
      ->excludes(k);
  verb.add_option_function<std::string>(
          "--pca-convention", [&options](const std::string& text) { assign(options.convention, text); },
          "centred: as scikit-learn; spark: as Spark MLlib, which does not subtract the mean")
      ->default_str(std::string(to_string(options.convention)));
}

}  // namespace coulis
