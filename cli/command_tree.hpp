// The command line as data, read from CLI11's declarations: for shell completion and the manual page.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace coulis {

struct FlagDescription {
  std::string short_name;  // "q"; may be empty
  std::string long_name;   // "quiet"
  std::string help;
  bool takes_value = false;
  std::string default_value;
};

struct VerbDescription {
  std::string name;
  std::string help;
  std::vector<std::string> positionals;  // "INPUT"
  std::vector<FlagDescription> flags;
  std::string footer;
};

std::vector<VerbDescription> describe_verbs(const CLI::App& app);

}  // namespace coulis
