#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "core/base/error.hpp"
#include "job/reduce/committed.hpp"
#include "job/run/publish.hpp"
#include "job/run/run.hpp"
#include "job/storage/lock.hpp"
#include "job/threads/stage_clock.hpp"
#include "job/threads/worker_count.hpp"

namespace coulis {
namespace {

void refuse_missing(const Location& output) {  // before the lock, which would create the folder
  if (output.exists()) return;
  throw Error(ErrorCode::kStorage, fmt::format("{} does not exist", printable(output.root())), "check the spelling of OUTPUT");
}

Manifest read_run(const Location& output) {
  std::optional<Manifest> manifest = read_manifest(output);
  if (!manifest || manifest->parts.count == 0) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} holds no finished run", printable(output.root())),
                "finish it with `coulis run` first");
  }
  if (manifest->options.empty()) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} was written by a version of coulis that kept no options", printable(output.root())),
                "run the same `coulis run` command again first");
  }
  return std::move(*manifest);
}

RunOptions options_of(const Manifest& manifest, const OptionTexts& given) {
  RunOptions options;
  set_options(manifest.options, options);
  set_options(given, options);
  validate(options);
  return options;
}

}  // namespace

Summary refit(const Location& output, const OptionTexts& given, Progress& progress) {
  refuse_missing(output);
  const Lock lock(output);
  Manifest manifest = read_run(output);
  if (!output.has(kSuccessKey)) {  // fitting would remove the parts that a killed run left
    throw Error(ErrorCode::kRunFailed, fmt::format("{} holds a run that has not finished", printable(output.root())),
                "finish it with the same `coulis run` command first");
  }
  const RunOptions options = options_of(manifest, given);
  std::vector<ManifestPart> parts = read_parts(output, manifest);
  output.remove(kSuccessKey);
  std::vector<PartFile> files;
  for (const ManifestPart& part : parts) files.push_back(features_file(part));
  manifest.computed = 0;
  manifest.seconds.clear();
  StageClock clock(manifest.seconds);
  Committed committed = read_committed(Location(raw_name(manifest.input)), output, files, worker_count(options.threads), progress);
  clock.lap("moments");
  for (std::size_t i = 0; i < parts.size(); ++i) committed.parts[i].sampled = std::move(parts[i].sampled);
  const std::string& first = files.front().key;  // every part has the same provenance
  const TableMetadata provenance = provenance_in(read_table_metadata(output.get_or_throw(first), printable(output.path_of(first))));
  PartExecutor threads_here;
  return {publish(output, std::move(committed), {options.pca}, std::move(manifest), provenance, options, threads_here, progress), 0, false};
}

void rewrite_report(const Location& output, const OptionTexts& given, Progress& progress) {
  refuse_missing(output);
  const Lock lock(output);
  Manifest manifest = read_run(output);
  const RunOptions options = options_of(manifest, given);
  publish_again(output, std::move(manifest), {.report = true}, options, progress);
}

RunOptions options_around(const std::string& pca_file, const StorageOptions& storage) {
  const std::size_t slash = pca_file.rfind('/');
  const Location folder(slash == std::string::npos ? "." : pca_file.substr(0, slash + 1), storage);
  RunOptions options;
  if (const std::optional<Manifest> manifest = read_manifest(folder)) set_options(manifest->options, options);
  options.pca = PcaOptions();
  options.storage = storage;
  return options;
}

}  // namespace coulis
