// The subcommands that work on a finished OUTPUT: fit, verify, report.
#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/run_results.hpp"
#include "cli/verbs.hpp"
#include "core/base/counted.hpp"
#include "core/base/error.hpp"
#include "job/run/run.hpp"
#include "job/threads/worker_count.hpp"
#include "job/verify/verify.hpp"

namespace coulis {
namespace {

struct OutputArguments {
  std::string output;
  OptionTexts given;
};

CLI::App* add_verb(CLI::App& app, Session& session, const char* name, const char* help, const std::shared_ptr<OutputArguments>& arguments) {
  CLI::App* verb = app.add_subcommand(name, help);
  verb->add_option("OUTPUT", arguments->output, "Folder or s3://bucket/prefix of a finished run")->required();
  add_place_flags(*verb, arguments->given);
  add_session_flags(*verb, session);
  return verb;
}

Location output_of(const OutputArguments& arguments, const Session& session) {
  return Location(arguments.output, read_options(arguments.given, session).storage);
}

void execute_verify(const OutputArguments& arguments, Session& session) {
  Console console(session.verbosity());
  const Verification result = verify(output_of(arguments, session), worker_count(read_options(arguments.given, session).threads), console);
  if (session.json) {
    fmt::print("{}\n",
               nlohmann::ordered_json{
                   {"ok", result.problems.empty()}, {"files", result.files}, {"rows", result.rows}, {"problems", result.problems}}
                   .dump());
  } else if (result.problems.empty() && !session.quiet) {
    fmt::print("{}: {}, {}, all as the manifest says\n", shown_place(arguments.output), counted(result.files, "file"),
               counted(result.rows, "row"));
  }
  if (result.problems.empty()) return;
  session.exit_code = static_cast<int>(ErrorCode::kRunFailed);
  if (session.json) return;
  for (const std::string& problem : result.problems) fmt::print("{}\n", problem);
  print_error(fmt::format("{}: {}", shown_place(arguments.output), counted(result.problems.size(), "problem")),
              "remove the files named above, then run the same `coulis run` command again: it restores them");
}

void execute_report(const OutputArguments& arguments, const Session& session) {
  const Location output = output_of(arguments, session);
  Console console(session.verbosity());
  rewrite_report(output, arguments.given, console);
  const std::string path = printable(output.path_of(kReportKey));
  if (session.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"report", path}}.dump());
  } else if (!session.quiet) {
    fmt::print("{}\n", path);
  }
}

}  // namespace

void add_fit(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<OutputArguments>();
  CLI::App* verb = add_verb(app, session, "fit", "Fit the PCA again, from the features of a finished run", arguments);
  const RunOptions defaults;
  add_pca_flags(*verb, arguments->given);
  visit_fields(defaults.csv, BindFlag{*verb, arguments->given});
  visit_fields(defaults.report, BindFlag{*verb, arguments->given});
  verb->footer("Options default to those of the run.\nExample: coulis fit results/ -k 20");
  verb->callback([arguments, &session] {
    Console console(session.verbosity());
    print_results(refit(output_of(*arguments, session), arguments->given, console), arguments->output, session);
  });
}

void add_verify(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<OutputArguments>();
  CLI::App* verb = add_verb(app, session, "verify", "Check that OUTPUT holds what its manifest says", arguments);
  verb->footer("Reads every file: sizes, checksums, schema, counts, finite values.\nExample: coulis verify results/");
  verb->callback([arguments, &session] { execute_verify(*arguments, session); });
}

void add_report(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<OutputArguments>();
  CLI::App* verb = add_verb(app, session, "report", "Write report.html again", arguments);
  const RunOptions defaults;
  visit_fields(defaults.report, BindFlag{*verb, arguments->given});
  verb->footer("Options default to those of the run.\nExample: coulis report results/");
  verb->callback([arguments, &session] { execute_report(*arguments, session); });
}

}  // namespace coulis
