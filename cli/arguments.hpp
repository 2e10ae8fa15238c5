// From option structs to flags: each struct's visit_fields is the one list of names and help.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <string>
#include <type_traits>
#include <vector>

#include "cli/console.hpp"
#include "job/run/options.hpp"

namespace coulis {

// What all verbs share.
struct Session {
  bool quiet = false;
  bool verbose = false;
  bool json = false;
  int exit_code = 0;
  const std::atomic<bool>& interrupted;

  Verbosity verbosity() const { return quiet ? Verbosity::kQuiet : verbose ? Verbosity::kVerbose : Verbosity::kNormal; }
};

inline void assign(OnBad& value, const std::string& text) {
  value = parse_on_bad(text);
}
inline void assign(Precision& value, const std::string& text) {
  value = parse_precision(text);
}
inline void assign(Compression& value, const std::string& text) {
  value = parse_compression(text);
}
inline void assign(PcaConvention& value, const std::string& text) {
  value = parse_pca_convention(text);
}
inline void assign(CsvFormulas& value, const std::string& text) {
  value = parse_csv_formulas(text);
}

inline void assign(Addressing& value, const std::string& text) {
  value = parse_addressing(text);
}

double parse_share(const std::string& text);    // "1%" or "0.01"; throws Error(kUsage)
char parse_separator(const std::string& text);  // one character, or "tab"; throws Error(kUsage)

// Binds one field as a flag of the verb.
struct FlagBinder {
  CLI::App& verb;

  template <class T>
  void operator()(const char* name, const char* help, T& field) const {
    const std::string flag = std::string("--") + name;
    if constexpr (std::is_enum_v<T>) {
      verb.add_option_function<std::string>(
              flag, [&field](const std::string& text) { assign(field, text); }, help)
          ->default_str(std::string(to_string(field)));
    } else if constexpr (std::is_same_v<T, bool>) {
      verb.add_flag(flag, field, help);
    } else if constexpr (std::is_same_v<T, double>) {
      verb.add_option_function<std::string>(
          flag, [&field](const std::string& text) { field = parse_share(text); }, help);
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      verb.add_option(flag, field, help)->allow_extra_args(false);
    } else {
      verb.add_option(flag, field, help)->capture_default_str();
    }
  }
};

void add_session_flags(CLI::App& verb, Session& session);
void add_feature_flags(CLI::App& verb, RunOptions& options, const Session& session);      // --model, --threads, ..., --include, ...
void add_pca_flags(CLI::App& verb, PcaOptions& options);                                  // -k, --variance, --pca-convention
void add_storage_flags(CLI::App& verb, StorageOptions& options, const Session& session);  // --endpoint-url, --region, ...

}  // namespace coulis
