#include "job/run/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/counted.hpp"
#include "core/base/error.hpp"
#include "core/base/simd.hpp"
#include "core/base/stop_watch.hpp"
#include "core/base/version.hpp"
#include "core/decode/formats.hpp"
#include "job/collections/open_collection.hpp"
#include "job/features/bad_image_limit.hpp"
#include "job/listing/listing_warnings.hpp"
#include "job/options/due.hpp"
#include "job/plan/fingerprint.hpp"
#include "job/plan/retry.hpp"
#include "job/plan/sample.hpp"
#include "job/report/report_output.hpp"
#include "job/run/part_stages.hpp"
#include "job/run/publish.hpp"
#include "job/storage/lock.hpp"
#include "job/threads/stage_clock.hpp"
#include "job/threads/worker_count.hpp"

namespace coulis {
namespace {

Plan plan_for(const ImageList& images, const Location& output, const std::optional<Manifest>& earlier, const RunOptions& options,
              const std::string& settings) {
  const ReadPartRecord read_record = records_in(output);
  Plan plan = make_plan(images, list_part_files(output, kFeaturesFolder), read_record,
                        {.settings = settings,
                         .images_per_part = options.features.images_per_part,
                         .compression = std::string(to_string(options.features.compression)),
                         .fresh = options.features.fresh,
                         .threads = worker_count(options.threads),
                         .records_at_a_time = output.traits().readers(worker_count(options.threads))});
  const auto maybe_parts = earlier && may_retry(*earlier) ? find_parts(output, *earlier) : std::nullopt;
  if (maybe_parts) {
    const bool has_refused = earlier->failed_by_code.contains(std::string(to_string(FailureCode::kUnsupported)));
    plan_retries(plan, *maybe_parts, has_refused ? list_formats() : "", read_record);
  }
  return plan;
}

// --fresh ignores it, even if it is unreadable.
std::optional<Manifest> earlier_manifest(const Location& output, const FeatureOptions& options) {
  return options.fresh ? std::nullopt : read_manifest(output);
}

PcaRequest request_pca(const RunOptions& options, const std::optional<std::string>& pca_file, const Model& model) {
  PcaRequest request{options.pca, std::nullopt, ""};
  if (!pca_file) return request;
  const std::size_t scheme = scheme_length(*pca_file);
  const std::size_t slash = scheme == 0 ? pca_file->rfind('/') : pca_file->find('/', scheme);
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;  // in a bucket, the whole key
  const Location place(name == 0 ? "." : pca_file->substr(0, name), options.storage);
  const Outcome<Bytes> bytes = place.get(pca_file->substr(name));
  if (!bytes)
    throw Error(ErrorCode::kUsage, fmt::format("{}: {}", printable(*pca_file), bytes.failure().message),
                "name the pca_model.safetensors of an OUTPUT");
  request.given = parse_pca_file(bytes.value(), *pca_file);
  request.given_sha256 = sha256_of(bytes.value());
  for (const auto& [key, value] : request.given->provenance) {
    if (key == "coulis.model_sha256" && value != model.card.sha256) {
      throw Error(ErrorCode::kUsage, fmt::format("{} was fitted on features of another model", *pca_file),
                  "give the model of that run with --model");
    }
  }
  return request;
}

// The reason, if every part of the plan is to do for the same one; else empty.
std::string_view common_reason(const Plan& plan) {
  const std::string_view reason = plan.parts.front().reason;
  const bool common = std::all_of(plan.parts.begin(), plan.parts.end(), [&](const Part& part) { return part.reason == reason; });
  return common ? reason : "";
}

void say_plan(const Plan& plan, Progress& progress) {
  const std::size_t to_do = plan.parts_to_do();
  progress.say(fmt::format("{} in {}: {} done, {} to do", counted(plan.images(), "photo"), counted(plan.parts.size(), "part"),
                           plan.parts.size() - to_do, to_do));
  const std::string_view common = common_reason(plan);
  if (!common.empty() && common != "new") progress.say(fmt::format("recomputing all parts: {}", common));
  for (const Part& part : plan.parts) {
    if (part.done) continue;
    const std::string line = fmt::format("part {}: {}, {}", part.number, counted(part.images.size(), "photo"), part.reason);
    common.empty() ? progress.say(line) : progress.detail(line);
  }
}

// What is known about a run before it reads its first photo.
Manifest describe_run(const RunOptions& options, const Location& input, const Listing& listing, const Model& model, const PcaRequest& pca) {
  Manifest manifest;
  manifest.coulis_version = kVersion;
  manifest.input = printable(input.root());
  manifest.model_name = model.card.name;
  manifest.model_sha256 = model.card.sha256;
  manifest.precision = to_string(options.network.precision);
  manifest.settings = settings_of(options, input, model.card);
  manifest.options = to_texts(options);
  manifest.listed = listing.images.size();
  manifest.listed_bytes = listing.total_bytes;
  manifest.passed_over = listing.passed_over;
  manifest.pca = {describe(pca), texts_of(pca.given ? pca.given->model.projection : options.pca.projection), {}};
  manifest.simd = simd_in_use();
  manifest.threads = worker_count(options.threads);
  manifest.listing_hash = hash_of(listing.images, manifest.threads);
  return manifest;
}

void begin(const Lock& lock, const Location& output, const std::vector<std::string>& warnings, Progress& progress) {
  if (lock.maybe_dead_holder()) progress.say(fmt::format("resuming the unfinished run of {}", *lock.maybe_dead_holder()));
  if (!output.traits().locks) progress.warn(fmt::format("{} cannot be locked: do not start a second run on it", printable(output.root())));
  output.remove_leftovers(kKeyBeginnings);
  for (const std::string& warning : warnings) progress.warn(warning);
}

// `manifest`: of an earlier run, here with the times of this one.
Manifest as_last_run(Manifest earlier, const Manifest& now) {
  earlier.simd = now.simd;
  earlier.threads = now.threads;
  earlier.seconds = now.seconds;
  earlier.computed = 0;
  earlier.share_of_peak = 0;
  earlier.passed_over = now.passed_over;
  return earlier;
}

// The results do not depend on it: _SUCCESS stays, and one put replaces the manifest.
Manifest with_passed_over(const Location& output, Manifest earlier, const PassedOver& now) {
  if (earlier.passed_over == now) return earlier;
  earlier.passed_over = now;
  output.put(kManifestKey, to_json(earlier));
  return earlier;
}

}  // namespace

Summary run(const RunOptions& options, const std::optional<std::string>& pca_file, const std::atomic<bool>& interrupted, Progress& progress,
            PartExecutor& executor) {
  validate(options);
  const Location input = open_collection(options.input, options.storage, options.collections);
  const Location output = Location(options.output, options.storage).beside(input);
  const Model model = load_model(options.network.model);  // sha256 checked here
  const PcaRequest pca = request_pca(options, pca_file, model);
  StageTimes times;
  StageClock clock(times);
  Listing listing = list_some_images(input, options.listing, output);
  clock.lap("list");
  const Lock lock(output);
  begin(lock, output, listing_warnings(listing, input, options.listing, worker_count(options.threads)), progress);
  Manifest manifest = describe_run(options, input, listing, model, pca);
  const std::optional<Manifest> earlier = earlier_manifest(output, options.features);
  Plan plan = plan_for(listing.images, output, earlier, options, manifest.settings);
  clock.lap("plan");
  manifest.seconds = times;
  const BadImageLimit limit(options.features, manifest.listed);
  if (earlier && limit.allows(earlier->failed())) {
    const Due due = find_due(output, *earlier, manifest, plan, options);
    if (!due.all && due.any()) return {publish_again(output, as_last_run(*earlier, manifest), due, options, progress), 0, false};
    if (!due.any()) return {with_passed_over(output, *earlier, manifest.passed_over), 0, true};
  }

  choose_sample(plan, input, LabelRule(options.listing), kMostReportPhotos);
  output.remove(kSuccessKey);  // first: from here on a reader can tell that the output is not finished
  say_plan(plan, progress);
  const RunContext context{options, input, output, model, interrupted, executor, progress};
  try {
    CommittedParts committed_here(features_files(plan, options.features));
    // If a part is done, all are read: parts to its right in the tree of moments would wait for it, 13 MB each.
    compute_features(plan, context, plan.parts_to_do() == plan.parts.size() ? &committed_here : nullptr, manifest);
    Committed committed = gather_parts(std::move(plan), committed_here, context, limit, manifest);
    lock.confirm();
    const std::uint64_t computed = manifest.computed;
    const TableMetadata provenance = provenance_of(model, manifest.settings);
    return {publish(output, std::move(committed), pca, std::move(manifest), provenance, options, executor, progress), computed, false};
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kTooManyBad) remove_parts_to_retry(output, records_in(output));
    throw;
  }
}

Summary run(const RunOptions& options, const std::optional<std::string>& pca_file, const std::atomic<bool>& interrupted,
            Progress& progress) {
  PartExecutor threads_here;
  return run(options, pca_file, interrupted, progress, threads_here);
}

Preview preview(const RunOptions& options) {
  validate(options);
  const Location input = open_collection(options.input, options.storage, options.collections);
  const Location output(options.output, options.storage);
  Model model = load_model(options.network.model);
  double list_seconds = 0;
  StopWatch watch;
  Listing listing = list_some_images(input, options.listing, output);
  watch.lap(list_seconds);
  std::vector<std::string> warnings = listing_warnings(listing, input, options.listing, worker_count(options.threads));
  Plan plan =
      plan_for(listing.images, output, earlier_manifest(output, options.features), options, settings_of(options, input, model.card));
  return {input, std::move(listing), std::move(plan), std::move(model), std::move(warnings), list_seconds};
}

}  // namespace coulis
