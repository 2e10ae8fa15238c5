#include "job/run/estimate.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <vector>

#include "core/moments/moments.hpp"
#include "core/network/network.hpp"
#include "core/resample/resample.hpp"
#include "job/run/read_ahead.hpp"
#include "job/run/workers.hpp"

namespace coulis {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLongest = std::chrono::seconds(2);
constexpr std::size_t kMostSamples = 512;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<const ImageRef*> images_to_do(const Plan& plan) {
  std::vector<const ImageRef*> images;
  for (const Part& part : plan.parts) {
    if (part.done) continue;
    for (const ImageRef& image : part.images) images.push_back(&image);
  }
  return images;
}

// Evenly spread over the photos to do.
Part sample(const std::vector<const ImageRef*>& images) {
  Part part;
  const std::size_t count = std::min(kMostSamples, images.size());
  for (std::size_t i = 0; i < count; ++i) part.images.push_back(*images[i * images.size() / count]);
  return part;
}

// As a run does it: workers, and photos read ahead of them.
class Calibration {
 public:
  Calibration(const Model& model, const RunOptions& options, const Part& part)
      : model_(model),
        options_(options),
        part_(part),
        input_(options.input, options.storage),
        networks_(make_network_factory(model, options.features.precision)),
        rows_(part.images.size() * width()) {}

  // Photos a second.
  double measure() {
    const auto workers = static_cast<int>(std::min<std::size_t>(part_.images.size(), worker_count(options_.features.threads)));
    const std::vector<const Part*> parts{&part_};
    const std::atomic<bool> interrupted = false;
    ReadAhead photos(parts, input_, workers, interrupted);
    std::atomic<int> still_working = workers;
    const Clock::time_point start = Clock::now();
    run_workers(
        workers + photos.threads(),
        [&](int index) {
          if (index >= workers) return photos.run();
          work(photos, start + kLongest);
          if (--still_working == 0) photos.stop();
        },
        [&] {
          photos.stop();
          input_.stop();
        });
    return static_cast<double>(done()) / seconds_since(start);
  }

  // [done, width]; a photo that cannot be used is a row of zeros.
  MatrixView<const float> rows() const { return {rows_.data(), done(), width()}; }

 private:
  std::size_t width() const { return static_cast<std::size_t>(model_.card.feature_width); }
  std::size_t done() const { return std::min<std::size_t>(next_, part_.images.size()); }

  void work(ReadAhead& photos, Clock::time_point end) {
    const auto network = networks_->make();
    Resampler resampler({model_.card.input_width_px, model_.card.input_height_px, model_.card.filter});
    while (Clock::now() < end) {
      const std::size_t number = next_++;
      if (number >= part_.images.size()) return;
      const Outcome<Bytes> bytes = photos.take(number, part_.images[number]);
      if (!bytes) continue;
      const Outcome<Image> decoded = decode(bytes.value(), options_.decode);
      if (decoded) network->features(resampler.resample(decoded.value().view()), {rows_.data() + number * width(), width()});
    }
  }

  const Model& model_;
  const RunOptions& options_;
  const Part& part_;
  const Location input_;
  const std::shared_ptr<const NetworkFactory> networks_;
  std::vector<float> rows_;
  std::atomic<std::size_t> next_ = 0;
};

}  // namespace

Estimate estimate_run(const Preview& preview, const RunOptions& options) {
  const std::vector<const ImageRef*> images = images_to_do(preview.plan);
  if (images.empty()) return {};
  const Part part = sample(images);
  const Model model = load_model(options.features.model);
  Calibration calibration(model, options, part);
  const double photos_per_second = calibration.measure();

  Clock::time_point start = Clock::now();
  const Moments moments = moments_of(calibration.rows());
  const double moments_seconds = seconds_since(start) / static_cast<double>(calibration.rows().rows);
  start = Clock::now();
  fit(moments, {});
  const double fit_seconds = seconds_since(start);
  const auto all = static_cast<double>(preview.listing.images.size());
  return {static_cast<double>(images.size()) / photos_per_second,
          fit_seconds + all * moments_seconds / worker_count(options.features.threads)};
}

}  // namespace coulis
