#include "job/estimate/estimate.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <utility>
#include <vector>

#include "core/base/stop_watch.hpp"
#include "core/moments/moments.hpp"
#include "core/network/network.hpp"
#include "job/features/feature_rows.hpp"
#include "job/features/located_photos.hpp"
#include "job/reduce/neighbours.hpp"
#include "job/report/report_output.hpp"
#include "job/threads/worker_count.hpp"

namespace coulis {
namespace {

constexpr std::size_t kFirstTry = 32;  // photos: their time tells how many photos fit in two seconds
constexpr double kSeconds = 2;
constexpr std::size_t kMostPhotos = 2048;

// Evenly spread over the `all` images to do.
std::vector<ImageRef> spread_sample(const Plan& plan, std::size_t all, std::size_t count) {
  count = std::min(count, all);
  std::vector<ImageRef> sample;
  std::size_t first = 0;  // of the part's images
  for (const Part& part : plan.parts) {
    if (part.done) continue;
    while (sample.size() < count && sample.size() * all / count < first + part.images.size()) {
      sample.push_back(part.images.at(sample.size() * all / count - first));
    }
    first += part.images.size();
  }
  return sample;
}

struct Trial {
  double photos_per_second = 0;
  std::vector<float> rows;  // [photos, width]; NaN for those that cannot be used
  std::uint64_t turned = 0;
};

Trial try_photos(std::vector<ImageRef> images, const Location& input, const ModelCard& card, const NetworkFactory& networks,
                 const RunOptions& options) {
  const auto workers = static_cast<int>(std::min<std::size_t>(images.size(), static_cast<std::size_t>(worker_count(options.threads))));
  const std::atomic<bool> interrupted = false;
  const auto count = static_cast<double>(images.size());
  LocatedPhotos photos(input, std::move(images), ReadAhead::Sizes::kListed, workers, interrupted);
  double seconds = 0;
  Trial trial;
  const TakeRows keep = [&](const RowBlock& block) { trial.rows.insert(trial.rows.end(), block.values.begin(), block.values.end()); };
  StopWatch watch;
  trial.turned = compute_feature_rows(photos, card, networks, options.decode, workers, OnBad::kSkip, interrupted, keep);
  watch.lap(seconds);
  trial.photos_per_second = count / seconds;
  return trial;
}

// Moments and PCA of `all` photos, and the report's search for neighbours, which grows with the square of its photos.
double try_reduction(MatrixView<const float> rows, std::size_t all, int threads) {
  const auto tried = static_cast<double>(rows.rows);
  double moments_seconds = 0;
  double fit_seconds = 0;
  double neighbours_seconds = 0;
  StopWatch watch;
  const Moments moments = moments_of(rows);
  watch.lap(moments_seconds);
  fit(moments, {});
  watch.lap(fit_seconds);
  find_neighbours(rows, kReportNeighbours, threads);
  watch.lap(neighbours_seconds);
  const double share = static_cast<double>(std::min(all, kMostReportPhotos)) / tried;
  return moments_seconds * static_cast<double>(all) / tried / threads + fit_seconds + neighbours_seconds * share * share;
}

}  // namespace

Estimate estimate_run(const Preview& preview, const RunOptions& options) {
  const std::size_t to_do = preview.plan.images_to_do();
  if (to_do == 0) return {};
  const Model& model = preview.model;
  const auto networks = make_network_factory(model, options.network.precision);
  const Location& input = preview.input;
  const auto try_some = [&](std::size_t count) {
    return try_photos(spread_sample(preview.plan, to_do, count), input, model.card, *networks, options);
  };
  Trial trial = try_some(kFirstTry);
  const auto affordable = std::min(static_cast<std::size_t>(kSeconds * trial.photos_per_second), kMostPhotos);
  if (affordable > kFirstTry && to_do > kFirstTry) trial = try_some(affordable);

  for (float& value : trial.rows) value = std::isfinite(value) ? value : 0;  // of photos that cannot be used
  const auto width = static_cast<std::size_t>(model.card.feature_width);
  const std::size_t all = preview.plan.images();
  const int threads = worker_count(options.threads);
  Estimate estimate;
  estimate.tried = trial.rows.size() / width;
  estimate.turned = trial.turned;
  estimate.features_seconds = static_cast<double>(to_do) / trial.photos_per_second;
  estimate.reduction_seconds = try_reduction({trial.rows.data(), trial.rows.size() / width, width}, all, threads);
  return estimate;
}

}  // namespace coulis
