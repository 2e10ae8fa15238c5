#include <memory>
#include <optional>

#include "cli/run_results.hpp"
#include "cli/verbs.hpp"

namespace coulis {
namespace {

struct Arguments {
  RunOptions options;
  std::string pca_file;  // `project` only
};

void execute(const Arguments& arguments, Session& session) {
  Console console(session.verbosity());
  const auto pca_file = arguments.pca_file.empty() ? std::nullopt : std::optional(arguments.pca_file);
  print_results(run(arguments.options, pca_file, session.interrupted, console), arguments.options.output, session);
}

CLI::App* add_verb(CLI::App& app, Session& session, const char* name, const char* help, const std::shared_ptr<Arguments>& arguments) {
  CLI::App* verb = app.add_subcommand(name, help);
  verb->add_option("INPUT", arguments->options.input, "Folder or s3://bucket/prefix with photos")->required();
  verb->add_option("OUTPUT", arguments->options.output, "Folder or s3://bucket/prefix for the results")->required();
  add_feature_flags(*verb, arguments->options, session);
  add_session_flags(*verb, session);
  verb->callback([arguments, &session] { execute(*arguments, session); });
  return verb;
}

}  // namespace

void add_run(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = add_verb(app, session, "run", "Photos to features, PCA, tables and report", arguments);
  add_pca_flags(*verb, arguments->options.pca);
  verb->footer(
      "Run it again on the same OUTPUT to go on after an interruption, or after photos were added,\n"
      "changed or removed: only what is concerned is computed.\n"
      "Example: coulis run photos/ results/ --variance 0.95");
}

void add_project(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = add_verb(app, session, "project", "New photos through the PCA of an earlier run", arguments);
  verb->add_option("--pca", arguments->pca_file, "pca_model.safetensors of that run")->required();
  verb->footer("Example: coulis project new-photos/ new-results/ --pca results/pca_model.safetensors");
}

}  // namespace coulis
