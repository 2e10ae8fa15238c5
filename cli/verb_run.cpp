#include <memory>
#include <optional>

#include "cli/run_results.hpp"
#include "cli/verbs.hpp"

namespace coulis {
namespace {

struct Arguments {
  std::string input;
  std::string output;
  OptionTexts given;
  std::string pca_file;  // `project` only
  std::string share;     // `run` only
};

void execute(const Arguments& arguments, Session& session) {
  Console console(session.verbosity());
  RunOptions options = read_options(arguments.given, session);
  std::optional<std::string> pca_file;
  if (!arguments.pca_file.empty()) {
    pca_file = arguments.pca_file;
    options = read_options(arguments.given, session, options_around(*pca_file, options.storage));
  }
  options.input = arguments.input;
  options.output = arguments.output;
  if (!arguments.share.empty()) {
    const Share share = parse_share(arguments.share);
    return print_share(run_share(options, share, session.interrupted, console), arguments.share, session);
  }
  print_results(run(options, pca_file, session.interrupted, console), options.output, session);
}

CLI::App* add_verb(CLI::App& app, Session& session, const char* name, const char* help, const std::shared_ptr<Arguments>& arguments,
                   bool with_pca) {
  CLI::App* verb = app.add_subcommand(name, help);
  verb->add_option("INPUT", arguments->input, "Folder or s3://bucket/prefix with photos")->required();
  verb->add_option("OUTPUT", arguments->output, "Folder or s3://bucket/prefix for the results")->required();
  add_option_flags(*verb, arguments->given, with_pca);
  add_session_flags(*verb, session);
  verb->callback([arguments, &session] { execute(*arguments, session); });
  return verb;
}

}  // namespace

void add_run(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = add_verb(app, session, "run", "Photos to features, PCA, tables and report", arguments, true);
  verb->add_option("--share", arguments->share,
                   "Compute the features of one share of the parts only, such as 3/64, beside processes that compute the others; then run "
                   "without it");
  verb->footer(
      "Run it again on the same OUTPUT to resume after an interruption, or after photos were added,\n"
      "changed or removed: only the affected parts are computed.\n"
      "Example: coulis run photos/ results/ --variance 0.95");
}

void add_project(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = add_verb(app, session, "project", "New photos through the PCA of an earlier run", arguments, false);
  verb->add_option("--pca", arguments->pca_file, "pca_model.safetensors of that run")->required();
  verb->footer(
      "Options that are not given are those of that run, if its manifest is beside the PCA.\n"
      "Example: coulis project new-photos/ new-results/ --pca results/pca_model.safetensors");
}

}  // namespace coulis
