#include "cli/help.hpp"

#include <fmt/format.h>

namespace coulis {

HelpFormatter::HelpFormatter() {
  label("OPTIONS", "FLAGS");
  label("Options", "Flags");
  label("Positionals", "Arguments");
  column_width(28);
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  return option->get_positional() || option->get_items_expected_max() == 0 ? "" : " VALUE";
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  const std::string value = option->get_default_str();
  const bool says_nothing = value.empty() || value == "[]" || option->get_positional();
  return says_nothing ? option->get_description() : fmt::format("{} (default: {})", option->get_description(), value);
}

}  // namespace coulis
