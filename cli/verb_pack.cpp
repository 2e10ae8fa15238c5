// The subcommand that writes photos into shards.
#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/verbs.hpp"
#include "core/base/counted.hpp"
#include "job/pack/pack.hpp"

namespace coulis {
namespace {

struct PackArguments {
  PackOptions options;
  OptionTexts given;
  std::string share;
};

void print_pack(const PackSummary& summary, const PackArguments& arguments, const Session& session) {
  const std::string output = shown_place(arguments.options.output);
  if (session.json) {
    const nlohmann::ordered_json result = {{"output", output},         {"listed", summary.listed}, {"packed", summary.packed},
                                           {"failed", summary.failed}, {"shards", summary.shards}, {"written", summary.written},
                                           {"bytes", summary.bytes}};
    fmt::print("{}\n", result.dump());
  } else if (!arguments.share.empty() && !session.quiet) {
    fmt::print("Share {}: {} written. When all shares are done, run the same command without --share.\n", arguments.share,
               counted(summary.written, "shard"));
  } else if (!session.quiet) {
    if (summary.written == 0) fmt::print("Nothing has changed: {} is up to date.\n", output);
    fmt::print("{}: {} in {} of {:.1f} MB, {} failed{}\n", counted(summary.listed, "photo"), summary.packed,
               counted(summary.shards, "shard"), static_cast<double>(summary.bytes) / 1e6, summary.failed,
               summary.failed > 0 ? fmt::format(" (see {}/errors.csv)", output) : "");
  }
}

}  // namespace

void add_pack(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<PackArguments>();
  CLI::App* verb = app.add_subcommand("pack", "Pack photos into tar shards in WebDataset's format");
  verb->add_option("INPUT", arguments->options.input, kInputHelp)->required();
  verb->add_option("OUTPUT", arguments->options.output, "Folder or s3://bucket/prefix for the shards; coulis creates it")->required();
  const PackOptions defaults;
  const BindFlag bind{*verb, arguments->given};
  visit_threads(defaults.threads, bind);
  visit_fields(defaults, bind);
  verb->add_option("--share", arguments->share, "Write one share of the shards, such as 3/64; then run without --share");
  add_session_flags(*verb, session);
  verb->footer(
      "Run it again on the same OUTPUT to resume, or after photos have changed: it writes only the affected shards.\n"
      "Example: coulis pack photos/ s3://photos/shards");
  verb->callback([arguments, &session] {
    PackOptions& options = arguments->options;
    visit_threads(options.threads, ReadTexts{arguments->given});
    visit_fields(options, ReadTexts{arguments->given});
    options.storage.maybe_interrupted = &session.interrupted;
    std::optional<Share> share;
    if (!arguments->share.empty()) share = parse_share(arguments->share);
    Console console(session.verbosity());
    print_pack(pack(options, share, session.interrupted, console), *arguments, session);
  });
}

}  // namespace coulis
