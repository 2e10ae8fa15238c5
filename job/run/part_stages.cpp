#include "job/run/part_stages.hpp"

#include <chrono>
#include <utility>

#include "core/base/peak.hpp"
#include "core/network/network.hpp"
#include "job/threads/stage_clock.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kFewestForShareOfPeak = 100;

// After the lap of "features".
void note_worker_seconds(const StageSeconds& seconds, Manifest& manifest) {
  const double wall = manifest.seconds.back().second;
  manifest.seconds.emplace_back("workers: read", seconds.read);
  manifest.seconds.emplace_back("workers: decode", seconds.photo.decode);
  manifest.seconds.emplace_back("workers: resample", seconds.photo.resample);
  manifest.seconds.emplace_back("workers: network", seconds.photo.network);
  manifest.seconds.emplace_back("workers: write", seconds.write);
  if (seconds.committed > 0) manifest.seconds.emplace_back("workers: moments", seconds.committed);
  if (seconds.task_cores == 0) return;
  manifest.threads = seconds.task_cores;
  manifest.seconds.emplace_back(kTaskOverhead, wall - seconds.sum() / seconds.task_cores);
}

// The share of the float32 multiply-add peak. Other precisions
// use other instructions, and executors may have other CPUs.
double share_of_peak(const Model& model, Precision precision, std::uint64_t images, const StageSeconds& seconds) {
  if (precision != Precision::kFp32 || images < kFewestForShareOfPeak || seconds.photo.network <= 0 || seconds.task_cores != 0) return 0;
  const double speed = multiply_adds(model) * static_cast<double>(images) / seconds.photo.network;
  return speed / measure_multiply_add_peak(std::chrono::milliseconds(5));
}

PartFile features_file(const Part& part, const FeatureOptions& options) {
  return {part.number, part.fingerprint, part.file_key(to_string(options.compression))};
}

}  // namespace

std::vector<PartFile> features_files(const Plan& plan, const FeatureOptions& options) {
  std::vector<PartFile> files;
  for (const Part& part : plan.parts) files.push_back(features_file(part, options));
  return files;
}

void compute_features(const Plan& plan, const RunContext& run, CommittedParts* maybe_committed, Manifest& manifest) {
  const RunOptions& options = run.options;
  const LabelRule labels(options.listing);
  StageClock clock(manifest.seconds);
  StageSeconds seconds;
  {
    const std::shared_ptr<const NetworkFactory> networks = make_network_factory(run.model, options.network.precision);  // freed afterwards
    FeaturizeContext context{run.input,
                             run.output,
                             run.model,
                             *networks,
                             labels,
                             options.decode,
                             options.features,
                             options.threads,
                             manifest.settings,
                             manifest.listed,
                             !options.report.no_thumbnails,
                             run.interrupted};
    if (maybe_committed != nullptr) {
      context.on_commit = [&](const Part& part, const RowTable& table, const Bytes& file) {
        maybe_committed->add(describe_committed_part(run.input, run.output, features_file(part, options.features), file, table));
      };
    }
    seconds = run.executor.featurize(plan, context, run.progress);
  }
  clock.lap("features");
  if (const std::string warning = run.input.warning(); !warning.empty()) run.progress.warn(warning);
  note_worker_seconds(seconds, manifest);
  manifest.computed = plan.images_to_do();
  manifest.share_of_peak = share_of_peak(run.model, options.network.precision, manifest.computed, seconds);
}

Committed gather_parts(Plan plan, CommittedParts& committed_here, const RunContext& run, const BadImageLimit& limit, Manifest& manifest) {
  const std::vector<PartFile> files = features_files(plan, run.options.features);
  std::vector<std::vector<std::uint32_t>> sampled;  // [parts]
  for (Part& part : plan.parts) sampled.push_back(std::move(part.sampled));
  plan.parts = std::vector<Part>();
  StageClock clock(manifest.seconds);
  Committed committed = committed_here.complete()
                            ? std::move(committed_here).take()
                            : run.executor.read_committed(run.input, run.output, files, manifest.threads, run.progress);
  clock.lap("moments");
  for (std::size_t i = 0; i < sampled.size(); ++i) committed.parts[i].sampled = std::move(sampled[i]);
  if (!committed.errors.empty()) {
    const ErrorRow& last = committed.errors.back();
    limit.check(committed.errors.size(), last.path, last.code, last.message);
  }
  return committed;
}

}  // namespace coulis
