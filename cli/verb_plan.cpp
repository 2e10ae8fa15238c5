#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/bucket_price.hpp"
#include "cli/cluster_price.hpp"
#include "cli/verbs.hpp"
#include "core/base/counted.hpp"
#include "core/base/lower_case.hpp"
#include "job/estimate/estimate.hpp"
#include "job/listing/labels_in_order.hpp"
#include "job/output/turned.hpp"
#include "job/run/run.hpp"
#include "job/threads/worker_count.hpp"

namespace coulis {
namespace {

using Counts = std::map<std::string, std::size_t>;

struct Census {
  Counts endings;
  Counts labels;
};

Census count_images(const Preview& preview, const ListingOptions& options) {
  Census census;
  LabelsInOrder labels(options, preview.input);
  preview.listing.images.for_each([&](const ImageRef& image) {
    if (!image.seen()) {
      ++census.endings["(cannot be looked at)"];
      return;
    }
    const std::string ending = lower_ending(image.key);
    ++census.endings[ending.empty() ? "(none)" : printable("." + ending)];
    ++census.labels[labels.label_of(image)];
  });
  return census;
}

// The rows in flight and the moments.
double expected_memory_mb(const RunOptions& options, const ModelCard& card, int threads) {
  const double width = card.feature_width;
  const double part = options.features.images_per_part * width * 4.0;
  const double moments = width * width * 8.0;
  return (2 * part + threads * (3 * part + 2 * moments)) / 1e6;
}

void print_estimate(const Estimate& estimate, const Preview& preview, const RunOptions& options) {
  const int threads = worker_count(options.threads);
  const std::string turned = describe_turned(estimate.turned, estimate.tried, to_texts(options));
  if (!turned.empty()) fmt::print("of the photos tried, {}\n", turned);
  fmt::print(
      "about {:.0f} s with {} (tried for two seconds on these photos), up to {:.0f} MB of buffers plus one decoded photo per "
      "thread\n",
      std::ceil(estimate.seconds()), counted(static_cast<std::uint64_t>(threads), "thread"),
      expected_memory_mb(options, preview.model.card, threads));
  if (estimate.features_seconds == 0) return;
  const ClusterPrice price = price_cluster(estimate.features_seconds * threads);
  fmt::print(
      "on EMR, with {} m5.xlarge workers and a driver: about {:.0f} min of work after {:.0f} min of start-up, {:.2f} USD (list prices of "
      "{}), "
      "if each of their vCPUs does half of what a thread does here\n",
      kClusterWorkers, std::ceil(price.work_seconds / 60), price.start_up_seconds / 60, price.usd, price_source());
}

// The cost of computing a million photos like those to do, without the start of a cluster.
double million_compute_usd(const Preview& preview, const ClusterPrice& cluster) {
  const double share = cluster.work_seconds / (cluster.work_seconds + cluster.start_up_seconds);
  return cluster.usd * share * 1e6 / static_cast<double>(std::max<std::size_t>(preview.plan.images_to_do(), 1));
}

void print_price(const Preview& preview, const RunOptions& options, const ClusterPrice& cluster) {
  const BucketUse use = estimate_use(preview, options);
  const BucketUse million = estimate_use_of_a_million(preview, options);
  const double compute_usd = million_compute_usd(preview, cluster);
  const double usd = compute_usd + million.requests_usd();
  std::string requests;
  if (use.gets + use.puts > 0) {
    fmt::print("buckets: about {} GET, {} LIST and {} PUT, {:.4f} USD\n", use.gets, use.lists, use.puts, use.requests_usd());
    requests =
        fmt::format(", {:.2f} for GET, {:.2f} for LIST, {:.2f} for PUT", million.gets_usd(), million.lists_usd(), million.puts_usd());
  }
  std::string results;
  if (use.result_bytes > 0) {
    results =
        fmt::format("; {:.1f} GB of results, {:.2f} USD a month", static_cast<double>(million.result_bytes) / 1e9, million.month_usd());
  }
  fmt::print("a million such photos: {:.2f} USD ({:.2f} to compute{}){}\n", usd, compute_usd, requests, results);
  constexpr double kWorthPacking = 0.1;  // of the cost of a run
  if (million.gets_usd() - million.packed_gets_usd() > kWorthPacking * usd) {
    fmt::print("  in shards, GET would be {:.4f} USD of that instead of {:.2f}: see coulis pack --help\n", million.packed_gets_usd(),
               million.gets_usd());
  }
}

void print_text(const Preview& preview, const RunOptions& options) {
  const Census census = count_images(preview, options.listing);
  const std::size_t to_do = preview.plan.parts_to_do();
  fmt::print("{}, {:.1f} MB, {}; {} ignored\n", counted(preview.plan.images(), "photo"),
             static_cast<double>(preview.listing.total_bytes) / 1e6, counted(census.labels.size(), "label"),
             counted(preview.listing.passed_over.total(), "other file"));
  for (const std::string& sentence : describe(preview.listing.passed_over)) fmt::print("  {}\n", sentence);
  for (const auto& [ending, count] : census.endings) fmt::print("  {:8} {}\n", ending, count);
  fmt::print("{}: {} done, {} to do ({})\n", counted(preview.plan.parts.size(), "part"), preview.plan.parts.size() - to_do, to_do,
             counted(preview.plan.images_to_do(), "photo"));
  for (const Part& part : preview.plan.parts) {
    if (!part.done) fmt::print("  part {}: {}, {}\n", part.number, counted(part.images.size(), "photo"), part.reason);
  }
  const Estimate estimate = estimate_run(preview, options);
  print_estimate(estimate, preview, options);
  if (estimate.features_seconds > 0)
    print_price(preview, options, price_cluster(estimate.features_seconds * worker_count(options.threads)));
}

void print_json(const Preview& preview, const RunOptions& options) {
  nlohmann::ordered_json parts = nlohmann::ordered_json::array();
  for (const Part& part : preview.plan.parts) {
    parts.push_back({{"number", part.number},
                     {"images", part.images.size()},
                     {"done", part.done},
                     {"reason", part.reason},
                     {"fingerprint", part.fingerprint}});
  }
  const Census census = count_images(preview, options.listing);
  const int threads = worker_count(options.threads);
  const Estimate estimate = estimate_run(preview, options);
  const ClusterPrice price = price_cluster(estimate.features_seconds * threads);
  const BucketUse use = estimate_use(preview, options);
  const BucketUse million = estimate_use_of_a_million(preview, options);
  const nlohmann::ordered_json buckets = {
      {"gets", use.gets}, {"lists", use.lists}, {"puts", use.puts}, {"result_bytes", use.result_bytes}, {"packed_gets", use.packed_gets}};
  const nlohmann::ordered_json usd_per_million = {{"compute", million_compute_usd(preview, price)},
                                                  {"get", million.gets_usd()},
                                                  {"list", million.lists_usd()},
                                                  {"put", million.puts_usd()},
                                                  {"results_a_month", million.month_usd()},
                                                  {"get_if_packed", million.packed_gets_usd()}};
  const nlohmann::ordered_json cluster = {{"instance_type", "m5.xlarge"},
                                          {"workers", kClusterWorkers},
                                          {"work_seconds", price.work_seconds},
                                          {"start_up_seconds", price.start_up_seconds},
                                          {"usd", price.usd}};
  const nlohmann::ordered_json result = {{"images", preview.plan.images()},
                                         {"bytes", preview.listing.total_bytes},
                                         {"ignored", preview.listing.passed_over.total()},
                                         {"passed_over", nlohmann::ordered_json::parse(to_json(preview.listing.passed_over))},
                                         {"warnings", preview.warnings},
                                         {"endings", census.endings},
                                         {"labels", census.labels},
                                         {"tried", {{"photos", estimate.tried}, {"turned", estimate.turned}}},
                                         {"list_seconds", preview.list_seconds},
                                         {"seconds", estimate.seconds()},
                                         {"memory_mb", expected_memory_mb(options, preview.model.card, threads)},
                                         {"cluster", cluster},
                                         {"buckets", buckets},
                                         {"usd_per_million_photos", usd_per_million},
                                         {"parts", parts}};
  fmt::print("{}\n", result.dump());
}

}  // namespace

void add_plan(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<RunArguments>();
  CLI::App* verb = app.add_subcommand("plan", "Show what a run would do, without doing it");
  add_run_arguments(*verb, *arguments, true);
  add_session_flags(*verb, session);
  verb->footer("Example: coulis plan s3://photos/Test results/ -k 50");
  verb->callback([arguments, &session] {
    const RunOptions options = read_options(*arguments, session);
    const Preview result = preview(options);
    Console console(session.verbosity());
    for (const std::string& warning : result.warnings) console.warn(warning);
    session.json ? print_json(result, options) : print_text(result, options);
  });
}

}  // namespace coulis
