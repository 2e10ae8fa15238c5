#include "cli/arguments.hpp"

#include <utility>

namespace coulis {

void add_session_flags(CLI::App& verb, Session& session) {
  verb.add_flag("-q,--quiet", session.quiet, "Print errors only");
  verb.add_flag("-v,--verbose", session.verbose, "Print more");
  verb.add_flag("--json", session.json, "Print one JSON object instead of text");
}

void add_run_arguments(CLI::App& verb, RunArguments& arguments, bool with_pca) {
  verb.add_option("INPUT", arguments.input, kInputHelp)->required();
  verb.add_option("OUTPUT", arguments.output, "Folder or s3://bucket/prefix for the results; a run creates it")->required();
  OptionTexts& given = arguments.given;
  const RunOptions defaults;
  const BindFlag bind{verb, given};
  visit_threads(defaults.threads, bind);
  visit_groups(defaults, [&](const std::string& name, const auto& group) {
    if (name != "pca") visit_fields(group, bind);
  });
  verb.get_option("--label-regex")->excludes(verb.get_option("--label-level"));
  if (with_pca) add_pca_flags(verb, given);
}

void add_place_flags(CLI::App& verb, OptionTexts& given) {
  const RunOptions defaults;
  visit_threads(defaults.threads, BindFlag{verb, given});
  visit_fields(defaults.storage, BindFlag{verb, given});
}

void add_pca_flags(CLI::App& verb, OptionTexts& given) {
  const PcaOptions defaults;
  visit_fields(defaults, BindFlag{verb, given});
  verb.get_option("--variance")->excludes(verb.get_option("-k"));
}

RunOptions read_options(const OptionTexts& given, const Session& session, RunOptions start) {
  start.storage.maybe_interrupted = &session.interrupted;
  set_options(given, start);
  if (given.contains("variance") && start.pca.variance == 0) {
    throw Error(ErrorCode::kUsage, "--variance 0 keeps no component", "give a share above 0, or -k");
  }
  return start;
}

RunOptions read_options(const RunArguments& arguments, const Session& session, RunOptions start) {
  RunOptions options = read_options(arguments.given, session, std::move(start));
  options.input = arguments.input;
  options.output = arguments.output;
  return options;
}

}  // namespace coulis
