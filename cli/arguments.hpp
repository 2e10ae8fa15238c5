// From option structs to flags: each struct's visit_fields() is the one list of names and help.
#pragma once

#include <CLI/CLI.hpp>
#include <atomic>
#include <string>
#include <type_traits>
#include <vector>

#include "cli/console.hpp"
#include "job/options/options.hpp"

namespace coulis {

// What all subcommands share.
struct Session {
  bool quiet = false;
  bool verbose = false;
  bool json = false;
  int exit_code = 0;
  const std::atomic<bool>& interrupted;

  Verbosity verbosity() const { return quiet ? Verbosity::kQuiet : verbose ? Verbosity::kVerbose : Verbosity::kNormal; }
};

// Makes a flag of a field. What the user gives goes to `given`; `value` is the default that the help shows.
struct BindFlag {
  CLI::App& verb;
  OptionTexts& given;

  template <class T>
  void operator()(const Field& field, const T& value) const {
    using Texts = std::vector<std::string>;
    std::string flag = flag_of(field);
    if (field.long_name != nullptr) flag += std::string(",--") + field.long_name;
    const auto keep = [given = &given, name = field.name](const Texts& texts) { (*given)[name] = texts; };
    if constexpr (std::is_same_v<T, bool>) {
      verb.add_flag_callback(
          flag, [keep] { keep({"true"}); }, field.help);
    } else if constexpr (std::is_same_v<T, Texts>) {
      verb.add_option_function<Texts>(flag, keep, field.help)->allow_extra_args(false);
    } else {
      verb.add_option_function<std::string>(
              flag, [keep](const std::string& text) { keep({text}); }, field.help)
          ->default_str(to_text(value));
    }
  }
};

// What `run`, `plan` and `project` share.
struct RunArguments {
  std::string input;
  std::string output;
  OptionTexts given;
};

inline constexpr const char* kInputHelp = "Folder, archive, Parquet file, list or s3://bucket/prefix of photos; - for a list from a pipe";

void add_session_flags(CLI::App& verb, Session& session);
void add_run_arguments(CLI::App& verb, RunArguments& arguments, bool with_pca);  // INPUT, OUTPUT and all options of a run
void add_place_flags(CLI::App& verb, OptionTexts& given);                        // --threads and the flags of storage
void add_pca_flags(CLI::App& verb, OptionTexts& given);                          // -k, --variance, ...

// Throw Error(kUsage).
RunOptions read_options(const OptionTexts& given, const Session& session, RunOptions start = {});
RunOptions read_options(const RunArguments& arguments, const Session& session, RunOptions start = {});  // INPUT and OUTPUT too

}  // namespace coulis
