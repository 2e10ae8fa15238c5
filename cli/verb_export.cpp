// The subcommand that exports an OUTPUT to other tools.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/verbs.hpp"
#include "core/base/counted.hpp"
#include "job/export/export_output.hpp"
#include "job/threads/worker_count.hpp"

namespace coulis {
namespace {

struct ExportArguments {
  std::string output;
  std::string destination;
  ExportOptions options;
  OptionTexts given;
};

void execute_export(const ExportArguments& arguments, const Session& session) {
  Console console(session.verbosity());
  const RunOptions options = read_options(arguments.given, session);
  const Location destination(arguments.destination, options.storage);
  const Exported exported =
      export_output(Location(arguments.output, options.storage), arguments.options, destination, worker_count(options.threads), console);
  if (session.json) {
    const nlohmann::ordered_json result = {{"destination", printable(destination.root())},
                                           {"format", to_string(arguments.options.format)},
                                           {"photos", exported.photos},
                                           {"of", exported.of}};
    fmt::print("{}\n", result.dump());
  } else if (!session.quiet) {
    fmt::print("{} of {}; open them with:\n  {}\n", exported.photos, counted(exported.of, "photo"), exported.how_to_open);
  }
}

}  // namespace

void add_export(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<ExportArguments>();
  CLI::App* verb = app.add_subcommand("export", "Export a finished run for other tools");
  verb->add_option("OUTPUT", arguments->output, "Folder or s3://bucket/prefix of a finished run")->required();
  verb->add_option("DESTINATION", arguments->destination, "Folder or s3://bucket/prefix for the files")->required();
  verb->add_option_function<std::string>(
          "--to", [arguments](const std::string& name) { arguments->options.format = parse_enum<ExportFormat>(name); },
          fmt::format("The tool: {}", list_names<ExportFormat>()))
      ->required();
  verb->add_option("--limit", arguments->options.limit, "Largest number of photos for the projector, evenly spread")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  add_place_flags(*verb, arguments->given);
  add_session_flags(*verb, session);
  verb->footer("Example: coulis export results/ --to projector projector/");
  verb->callback([arguments, &session] { execute_export(*arguments, session); });
}

}  // namespace coulis
