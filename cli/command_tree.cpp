#include "cli/command_tree.hpp"

namespace coulis {

std::vector<VerbDescription> describe_verbs(const CLI::App& app) {
  std::vector<VerbDescription> verbs;
  for (const CLI::App* sub : app.get_subcommands({})) {
    VerbDescription verb{sub->get_name(), sub->get_description(), {}, {}, sub->get_footer()};
    for (const CLI::Option* option : sub->get_options()) {
      if (option->get_positional()) {
        verb.positionals.push_back(option->get_name());
        continue;
      }
      const auto& short_names = option->get_snames();
      const auto& long_names = option->get_lnames();
      if (long_names.empty()) continue;
      verb.flags.push_back({short_names.empty() ? "" : short_names.front(), long_names.front(), option->get_description(),
                            option->get_items_expected_max() > 0, option->get_default_str()});
    }
    verbs.push_back(std::move(verb));
  }
  return verbs;
}

}  // namespace coulis
