// From option structs to flags: each struct's visit_fields() is the one list of names and help.
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

// Makes a flag of a field. What is given on the command line goes to `given`; `value` is the default that the help shows.
struct BindFlag {
  CLI::App& verb;
  OptionTexts& given;

  template <class T>
  void operator()(const Field& field, const T& value) const {
    std::string flag = flag_of(field);
    if (field.long_name != nullptr) flag += std::string(",--") + field.long_name;
    if constexpr (std::is_same_v<T, bool>) {
      verb.add_flag_callback(
          flag, [given = &given, name = field.name] { (*given)[name] = {"true"}; }, field.help);
    } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
      verb.add_option_function<std::vector<std::string>>(
              flag, [given = &given, name = field.name](const auto& texts) { (*given)[name] = texts; }, field.help)
          ->allow_extra_args(false);
    } else {
      verb.add_option_function<std::string>(
              flag, [given = &given, name = field.name](const std::string& text) { (*given)[name] = {text}; }, field.help)
          ->default_str(to_text(value));
    }
  }
};

void add_session_flags(CLI::App& verb, Session& session);
void add_option_flags(CLI::App& verb, OptionTexts& given, bool with_pca);  // all options of a run
void add_place_flags(CLI::App& verb, OptionTexts& given);                  // --threads and those of storage
void add_pca_flags(CLI::App& verb, OptionTexts& given);                    // -k, --variance, ...

// Throws Error(kUsage).
RunOptions read_options(const OptionTexts& given, const Session& session, RunOptions start = {});

}  // namespace coulis
