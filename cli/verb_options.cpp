// The subcommand that lists the options of a run for programs.
// The keywords of Python and of clusters are made from this list.
#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

#include "cli/verbs.hpp"

namespace coulis {
namespace {

template <class T>
std::string name_type() {
  if constexpr (std::is_same_v<T, bool>) {
    return "flag";
  } else if constexpr (std::is_same_v<T, double>) {
    return "share";
  } else if constexpr (std::is_integral_v<T>) {
    return "integer";
  } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
    return "list";
  } else {
    return std::is_enum_v<T> ? "word" : "text";
  }
}

std::string name_affected(Affects affects) {
  constexpr std::array kNames = {"features", "photos", "pca", "tables", "report", "nothing"};
  return kNames.at(static_cast<std::size_t>(affects));
}

struct DescribeField {
  nlohmann::ordered_json& list;
  const std::string& group;

  template <class T>
  void operator()(const Field& field, const T& value) const {
    nlohmann::ordered_json option = {
        {"name", field.name}, {"type", name_type<T>()}, {"help", field.help}, {"affects", name_affected(field.affects)}, {"group", group}};
    if constexpr (std::is_enum_v<T>) {
      option["default"] = to_text(value);
      option["choices"] = nlohmann::ordered_json::array();
      for (const auto& [choice, name] : EnumNames<T>::kAll) {
        if (to_string(choice) == name) option["choices"].push_back(name);
      }
    } else {
      option["default"] = value;
    }
    list.push_back(option);
  }
};

}  // namespace

void add_options(CLI::App& app, Session&) {
  CLI::App* verb = app.add_subcommand("options", "List the options of a run as JSON, for programs");
  verb->footer("For each: name, type, help, what a change recomputes in a finished OUTPUT, default.");
  verb->callback([] {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    const RunOptions defaults;
    visit_threads(defaults.threads, DescribeField{list, "machine"});
    visit_groups(defaults, [&](const std::string& group, const auto& options) { visit_fields(options, DescribeField{list, group}); });
    fmt::print("{}\n", list.dump(1));
  });
}

}  // namespace coulis
