// The subcommands that look at the installation: check, models.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/importer.hpp"
#include "cli/verbs.hpp"
#include "core/base/error.hpp"
#include "core/network/model.hpp"
#include "job/verify/verify.hpp"

namespace coulis {
namespace {

struct CheckArguments {
  std::vector<std::string> locations;
  OptionTexts given;
};

void execute_check(const CheckArguments& arguments, Session& session) {
  const std::vector<CheckItem> items = check_environment(arguments.locations, read_options(arguments.given, session).storage);
  const bool all_ok = std::all_of(items.begin(), items.end(), [](const CheckItem& item) { return item.ok; });
  if (session.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const CheckItem& item : items) list.push_back({{"name", item.name}, {"ok", item.ok}, {"text", item.text}});
    fmt::print("{}\n", nlohmann::ordered_json{{"ok", all_ok}, {"checks", list}}.dump());
  } else {
    for (const CheckItem& item : items) {
      if (!item.ok || !session.quiet) fmt::print("{:4} {}: {}\n", item.ok ? "ok" : "BAD", item.name, item.text);
    }
  }
  if (!all_ok) session.exit_code = static_cast<int>(ErrorCode::kStorage);
}

void execute_models(const std::string& file, const Session& session) {
  const ModelCard card = load_model(file).card;
  const nlohmann::ordered_json object = {{"name", card.name},
                                         {"title", card.title},
                                         {"architecture", card.architecture},
                                         {"source", card.source},
                                         {"licence", card.licence},
                                         {"preprocessing", to_string(card.preprocessing)},
                                         {"features", card.feature_width},
                                         {"sha256", card.sha256}};
  if (session.json) {
    fmt::print("{}\n", object.dump());
    return;
  }
  for (const auto& [key, value] : object.items())
    fmt::print("{:14} {}\n", key, value.is_string() ? printable_sentence(value.get<std::string>()) : value.dump());
}

}  // namespace

void add_check(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<CheckArguments>();
  CLI::App* verb = app.add_subcommand("check", "Check that a run can work here: model, CPU and the named locations");
  verb->add_option("LOCATION", arguments->locations, "Folders, s3://bucket/prefix");
  const RunOptions defaults;
  visit_fields(defaults.storage, BindFlag{*verb, arguments->given});
  add_session_flags(*verb, session);
  verb->footer("Example: coulis check photos/ s3://results/run1");
  verb->callback([arguments, &session] { execute_check(*arguments, session); });
}

void add_models(CLI::App& app, Session& session) {
  const auto file = std::make_shared<std::string>();
  CLI::App* verb = app.add_subcommand("models", "Show the built-in model, or the card of a model file");
  verb->add_option("FILE", *file, "A .safetensors model file");
  add_session_flags(*verb, session);
  verb->footer("Example: coulis models import weights.h5 mine.safetensors");
  // The importer parses all arguments, even --help.
  CLI::App* importer = verb->add_subcommand("import", "Make a model file from a Keras, ONNX, TFLite or .pth file")->prefix_command();
  importer->set_help_flag();
  importer->callback([importer] { run_importer(importer->remaining()); });
  verb->callback([file, importer, &session] {
    if (!importer->parsed()) execute_models(*file, session);
  });
}

}  // namespace coulis
