#include <memory>
#include <optional>

#include "cli/run_results.hpp"
#include "cli/verbs.hpp"

namespace coulis {
namespace {

void execute(const RunOptions& options, const std::optional<std::string>& pca_file, Session& session) {
  Console console(session.verbosity());
  print_results(run(options, pca_file, session.interrupted, console), options.output, session);
}

void execute_share(const RunOptions& options, const std::string& text, Session& session) {
  Console console(session.verbosity());
  const Share share = parse_share(text);
  print_share(run_share(options, share, session.interrupted, console), text, session);
}

struct ProjectArguments {
  RunArguments run;
  std::string pca_file;
};

}  // namespace

void add_run(CLI::App& app, Session& session) {
  struct ShareableArguments {
    RunArguments run;
    std::string share;
  };
  const auto arguments = std::make_shared<ShareableArguments>();
  CLI::App* verb = app.add_subcommand("run", "Compute features, PCA, tables and a report from photos");
  add_run_arguments(*verb, arguments->run, true);
  verb->add_option("--share", arguments->share,
                   "Compute only the features of one share of the parts, such as 3/64; then run without --share");
  add_session_flags(*verb, session);
  verb->callback([arguments, &session] {
    const RunOptions options = read_options(arguments->run, session);
    arguments->share.empty() ? execute(options, std::nullopt, session) : execute_share(options, arguments->share, session);
  });
  verb->footer(
      "Run it again on the same OUTPUT to resume, or after photos have changed: it recomputes only the affected parts.\n"
      "Example: coulis run photos/ results/ --variance 0.95");
}

void add_project(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<ProjectArguments>();
  CLI::App* verb = app.add_subcommand("project", "Project new photos with the PCA of an earlier run");
  add_run_arguments(*verb, arguments->run, false);
  add_session_flags(*verb, session);
  verb->add_option("--pca", arguments->pca_file, "The pca_model.safetensors of that run")->required();
  verb->callback([arguments, &session] {
    const StorageOptions storage = read_options(arguments->run, session).storage;
    const RunOptions start = options_around(arguments->pca_file, storage);
    execute(read_options(arguments->run, session, start), arguments->pca_file, session);
  });
  verb->footer(
      "Options default to those of that run, if its manifest is beside the PCA.\n"
      "Example: coulis project new-photos/ new-results/ --pca results/pca_model.safetensors");
}

}  // namespace coulis
