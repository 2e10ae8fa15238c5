#include "job/run/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/counted.hpp"
#include "core/base/error.hpp"
#include "core/base/peak.hpp"
#include "core/base/simd.hpp"
#include "core/network/network.hpp"
#include "job/plan/retry.hpp"
#include "job/run/bad_image_limit.hpp"
#include "job/run/committed.hpp"
#include "job/run/featurize.hpp"
#include "job/run/publish.hpp"
#include "job/run/version.hpp"
#include "job/storage/lock.hpp"

namespace coulis {
namespace {

constexpr std::uint64_t kFewestForShareOfPeak = 100;

class Stopwatch {
 public:
  explicit Stopwatch(Manifest& manifest) : manifest_(manifest) {}
  void lap(const std::string& stage) {
    const auto now = std::chrono::steady_clock::now();
    manifest_.seconds.emplace_back(stage, std::chrono::duration<double>(now - last_).count());
    last_ = now;
  }

 private:
  Manifest& manifest_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

Plan plan_for(const Listing& listing, const Location& output, const std::optional<Manifest>& earlier, const RunOptions& options,
              const std::string& settings) {
  const auto read_record = [&](const PartFile& file) {
    const std::string origin = printable(output.path_of(file.key));
    return parse_part_record(read_table_metadata(output.get_or_throw(file.key), origin), origin);
  };
  Plan plan =
      make_plan(listing, list_part_files(output, "features"), read_record,
                {settings, options.features.images_per_part, std::string(to_string(options.features.compression)), options.features.fresh});
  if (earlier) plan_retries(plan, *earlier, read_record);
  return plan;
}

// --fresh has no use for it, readable or not.
std::optional<Manifest> earlier_manifest(const Location& output, const FeatureOptions& options) {
  return options.fresh ? std::nullopt : read_manifest(output);
}

Listing list_or_refuse(const Location& input, const ListingOptions& options) {
  Listing listing = list_images(input, options);
  if (listing.images.empty()) {
    throw Error(ErrorCode::kNothingToRead, fmt::format("no image found in {} ({} other files)", printable(input.root()), listing.ignored),
                "check INPUT; --include '*' takes files of any name");
  }
  return listing;
}

PcaRequest request_pca(const RunOptions& options, const std::optional<std::string>& pca_file, const Model& model) {
  PcaRequest request{options.pca, std::nullopt, ""};
  if (!pca_file) return request;
  const std::size_t scheme = pca_file->find("://");
  const std::size_t slash = scheme == std::string::npos ? pca_file->rfind('/') : pca_file->find('/', scheme + 3);
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;  // in a bucket, all of the key
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

bool is_finished(const Location& output, const std::optional<Manifest>& manifest, const Manifest& wanted, const Plan& plan,
                 const BadImageLimit& limit) {
  if (!manifest || list_part_files(output, "pca").size() != manifest->parts.size() || !limit.allows(manifest->failed()) ||
      plan.parts_to_do() != 0 || !plan.stale_files.empty() || !output.has(kSuccessKey) || !output.has(kReportKey))
    return false;
  const bool same = manifest->settings == wanted.settings && manifest->listing_hash == wanted.listing_hash &&
                    manifest->pca.requested == wanted.pca.requested && manifest->pca.convention == wanted.pca.convention &&
                    manifest->csv_separator == wanted.csv_separator && manifest->csv_formulas == wanted.csv_formulas &&
                    manifest->csv_bom == wanted.csv_bom && manifest->coulis_version == wanted.coulis_version;
  const auto there = [&](const ManifestFile& file) { return output.has(file.key); };
  return same && std::all_of(manifest->files.begin(), manifest->files.end(), there) &&
         std::all_of(manifest->parts.begin(), manifest->parts.end(), [&](const ManifestPart& part) { return there(part.pca); });
}

// The reason that every part of the plan is to do for; empty if there is no such thing.
std::string_view common_reason(const Plan& plan) {
  const std::string_view reason = plan.parts.front().reason;
  const bool common = std::all_of(plan.parts.begin(), plan.parts.end(), [&](const Part& part) { return part.reason == reason; });
  return common ? reason : "";
}

void say_plan(const Plan& plan, Progress& progress) {
  const std::size_t to_do = plan.parts_to_do();
  progress.say(fmt::format("{} in {}: {} done, {} to do", counted(plan.images(), "image"), counted(plan.parts.size(), "part"),
                           plan.parts.size() - to_do, to_do));
  const std::string_view common = common_reason(plan);
  if (!common.empty() && common != "new") progress.say(fmt::format("all again: {}", common));
  for (const Part& part : plan.parts) {
    if (part.done) continue;
    const std::string line = fmt::format("part {}: {}, {}", part.number, counted(part.images.size(), "image"), part.reason);
    common.empty() ? progress.say(line) : progress.detail(line);
  }
}

std::vector<PartFile> files_of(const Plan& plan, Compression compression) {
  std::vector<PartFile> files;
  for (const Part& part : plan.parts) files.push_back({part.number, part.fingerprint, part.file_key(to_string(compression))});
  return files;
}

// After the lap of "features".
void note_worker_seconds(const StageSeconds& seconds, Manifest& manifest) {
  const double wall = manifest.seconds.back().second;
  manifest.seconds.emplace_back("workers: read", seconds.read);
  manifest.seconds.emplace_back("workers: decode", seconds.decode);
  manifest.seconds.emplace_back("workers: resample", seconds.resample);
  manifest.seconds.emplace_back("workers: network", seconds.network);
  manifest.seconds.emplace_back("workers: write", seconds.write);
  if (seconds.task_cores == 0) return;
  manifest.threads = seconds.task_cores;
  manifest.seconds.emplace_back(kLostToSpark, wall - seconds.sum() / seconds.task_cores);
}

// Of the float32 multiply-add peak; the other precisions have instructions of their own, and executors may be other CPUs.
double share_of_peak(const Model& model, Precision precision, std::uint64_t images, const StageSeconds& seconds) {
  if (precision != Precision::kFp32 || images < kFewestForShareOfPeak || seconds.network <= 0 || seconds.task_cores != 0) return 0;
  const double speed = multiply_adds(model) * static_cast<double>(images) / seconds.network;
  return speed / measure_multiply_add_peak(std::chrono::milliseconds(20));
}

}  // namespace

Summary run(const RunOptions& options, const std::optional<std::string>& pca_file, const std::atomic<bool>& interrupted, Progress& progress,
            PartExecutor& executor) {
  validate(options);
  const Location input(options.input, options.storage);
  const Location output(options.output, options.storage);
  const Model model = load_model(options.features.model);  // sha256 checked here
  const PcaRequest pca = request_pca(options, pca_file, model);
  const LabelRule labels(options.listing);
  const int threads = worker_count(options.features.threads);
  Summary summary;
  Manifest& manifest = summary.manifest;
  Stopwatch watch(manifest);
  Listing listing = list_or_refuse(input, options.listing);
  watch.lap("list");
  const Lock lock(output);
  if (lock.maybe_dead_holder()) {
    progress.say(fmt::format("the run of {} did not finish: this one goes on from its parts", *lock.maybe_dead_holder()));
  }
  output.remove_leftovers();
  const std::string settings = settings_of(options, input, model.card);
  const std::optional<Manifest> earlier = earlier_manifest(output, options.features);
  Plan plan = plan_for(listing, output, earlier, options, settings);
  watch.lap("plan");
  manifest.coulis_version = kVersion;
  manifest.input = printable(input.root());
  manifest.model_name = model.card.name;
  manifest.model_sha256 = model.card.sha256;
  manifest.precision = to_string(options.features.precision);
  manifest.settings = settings;
  manifest.listed = listing.images.size();
  manifest.listed_bytes = listing.total_bytes;
  manifest.listing_hash = fingerprint_of("", listing.images);
  listing.images = std::vector<ImageRef>();  // the plan has them; of a million photos these are 0.2 GB
  manifest.pca = {describe(pca), std::string(to_string(pca.given ? pca.given->model.convention : options.pca.convention)), {}};
  manifest.csv_separator = options.csv.separator;
  manifest.csv_formulas = to_string(options.csv.formulas);
  manifest.csv_bom = options.csv.bom;
  manifest.simd = simd_in_use();
  manifest.threads = threads;
  const BadImageLimit limit(options.features, manifest.listed);
  if (is_finished(output, earlier, manifest, plan, limit)) return {*earlier, 0, true};

  output.remove(kSuccessKey);  // first: from here on a reader can tell that the output is not finished
  say_plan(plan, progress);
  const StageSeconds seconds = executor.featurize(  // the networks are a temporary: their memory goes when the features are there
      plan,
      {input, output, model, *make_network_factory(model, options.features.precision), labels, options.decode, options.features, settings,
       manifest.listed, interrupted},
      progress);
  watch.lap("features");
  note_worker_seconds(seconds, manifest);
  for (const Part& part : plan.parts) summary.computed += part.done ? 0 : part.images.size();
  const std::vector<PartFile> files = files_of(plan, options.features.compression);
  plan.parts = std::vector<Part>();
  manifest.computed = summary.computed;
  manifest.share_of_peak = share_of_peak(model, options.features.precision, summary.computed, seconds);
  Committed committed = executor.read_committed(input, output, files, threads, progress);
  watch.lap("moments");
  if (!committed.errors.empty()) {  // those of parts that earlier runs committed included
    const ErrorRow& last = committed.errors.back();
    limit.check(committed.errors.size(), last.path, last.code, last.message);
  }
  lock.confirm();
  manifest = publish(output, std::move(committed), pca, std::move(manifest), provenance_of(model, settings),
                     {options.features.compression, options.csv, threads, options.report}, executor, progress);
  return summary;
}

Summary run(const RunOptions& options, const std::optional<std::string>& pca_file, const std::atomic<bool>& interrupted,
            Progress& progress) {
  PartExecutor threads_here;
  return run(options, pca_file, interrupted, progress, threads_here);
}

Preview preview(const RunOptions& options) {
  validate(options);
  const Location input(options.input, options.storage);
  const Location output(options.output, options.storage);
  const Model model = load_model(options.features.model);
  Listing listing = list_or_refuse(input, options.listing);
  Plan plan = plan_for(listing, output, earlier_manifest(output, options.features), options, settings_of(options, input, model.card));
  return {std::move(listing), std::move(plan)};
}

}  // namespace coulis
