// The subcommand that writes rows to stdout, for pipes, and no OUTPUT.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "cli/verbs.hpp"
#include "core/base/counted.hpp"
#include "job/rows/located_features.hpp"
#include "job/tables/feature_stream.hpp"

namespace coulis {
namespace {

struct FeaturizeArguments {
  std::string input;
  FeatureFormat format = FeatureFormat::kArrow;
  OptionTexts given;
};

struct ReaderHasGone {};

void write_stdout(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size() && std::fflush(stdout) == 0) return;
  if (errno == EPIPE) throw ReaderHasGone();
  throw Error(ErrorCode::kStorage, fmt::format("cannot write to standard output: {}", std::generic_category().message(errno)),
              "check the disk or program that it goes to");
}

FeatureBatch to_batch(RowBlock block, const std::vector<std::string>& paths) {
  const auto first = paths.begin() + static_cast<std::ptrdiff_t>(block.first);
  FeatureBatch batch{{first, first + static_cast<std::ptrdiff_t>(block.count)}, std::move(block.values), {}, {}};
  batch.codes.resize(block.count);
  batch.messages.resize(block.count);
  for (const auto& [photo, failure] : block.failures) {
    batch.codes[photo - block.first] = to_string(failure.code);
    batch.messages[photo - block.first] = printable_sentence(failure.message);
  }
  return batch;
}

void execute(const FeaturizeArguments& arguments, const Session& session) {
  RunOptions options = read_options(arguments.given, session);
  options.input = arguments.input;
  validate(options);
  if (arguments.format != FeatureFormat::kCsv && isatty(STDOUT_FILENO) == 1) {
    throw Error(ErrorCode::kUsage, fmt::format("rows as {} are not text for a terminal", to_string(arguments.format)),
                "redirect the rows to a file or a program, or use --format csv");
  }
  Console console(session.verbosity());
  const LoadedModel model = load_network(options.network);
  LocatedImages located = list_input(options, session.interrupted);
  for (const std::string& note : located.notes) console.warn(note);
  const std::vector<std::string> paths = located.paths();
  const auto stream = open_feature_stream(arguments.format, paths.size(), static_cast<std::size_t>(model.model.card.feature_width),
                                          options.csv, write_stdout);
  std::vector<FailedPhoto> failed;
  console.begin("features", paths.size());
  compute_located_rows(std::move(located), model, options, session.interrupted, [&](RowBlock block) {
    console.advance(block.count, block.failures.size());
    failed.insert(failed.end(), block.failures.begin(), block.failures.end());
    stream->write(to_batch(std::move(block), paths));
  });
  stream->finish();
  console.end();
  for (const auto& [photo, failure] : failed) {
    const std::string sentence = fmt::format("{}: {}: {}", paths[photo], to_string(failure.code), failure.message);
    if (options.features.on_bad == OnBad::kFail)
      throw Error(ErrorCode::kTooManyBad, sentence, "remove the photo, or run without --on-bad fail");
    console.detail(sentence);
  }
  if (!failed.empty()) console.warn(fmt::format("{} of {} cannot be used", failed.size(), counted(paths.size(), "photo")));
}

}  // namespace

void add_featurize(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<FeaturizeArguments>();
  CLI::App* verb = app.add_subcommand("featurize", "Write the features of photos to stdout, for pipes");
  verb->add_option("INPUT", arguments->input, kInputHelp)->required();
  verb->add_option_function<std::string>(
          "--format", [arguments](const std::string& name) { arguments->format = parse_enum<FeatureFormat>(name); },
          fmt::format("Format of the rows: {}", list_names<FeatureFormat>()))
      ->default_str("arrow");
  const RunOptions defaults;
  const BindFlag bind{*verb, arguments->given};
  visit_threads(defaults.threads, bind);
  visit_groups(defaults, [&](const std::string& name, const auto& group) {
    visit_fields(group, [&](const Field& field, const auto& value) {
      const std::string_view flag = field.name;
      if (name == "network" || name == "decode" || name == "collections" || name == "csv" || name == "storage" || flag == "include" ||
          flag == "exclude" || flag == "no-default-excludes" || flag == "on-bad") {
        bind(field, value);
      }
    });
  });
  verb->add_flag("-q,--quiet", session.quiet, "Print errors only");
  verb->add_flag("-v,--verbose", session.verbose, "Print more: each photo that cannot be used");
  verb->footer(
      "arrow: an Arrow IPC stream of path, features, code, message. npy: the rows of all photos, sorted by name.\n"
      "Example: coulis featurize photos/ --format npy > features.npy");
  verb->callback([arguments, &session] {
    try {
      execute(*arguments, session);
    } catch (const ReaderHasGone&) {  // such as `head`: no error
    }
  });
}

}  // namespace coulis
