#include "job/run/estimate.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "core/network/network.hpp"
#include "core/resample/resample.hpp"

namespace coulis {
namespace {

constexpr std::size_t kSamples = 12;

std::vector<const ImageRef*> images_to_do(const Plan& plan) {
  std::vector<const ImageRef*> images;
  for (const Part& part : plan.parts) {
    if (part.done) continue;
    for (const ImageRef& image : part.images) images.push_back(&image);
  }
  return images;
}

}  // namespace

double estimate_seconds(const Preview& preview, const RunOptions& options) {
  const std::vector<const ImageRef*> images = images_to_do(preview.plan);
  if (images.empty()) return 0;
  const Location input(options.input, options.storage);
  const Model model = load_model(options.features.model);
  const auto network = make_network_factory(model, options.features.precision)->make();
  Resampler resampler({model.card.input_width_px, model.card.input_height_px, model.card.filter});
  std::vector<float> row(static_cast<std::size_t>(model.card.feature_width));
  const auto process = [&](const ImageRef& image) {
    const Outcome<Bytes> bytes = input.get(image.key);
    if (!bytes) return;
    const Outcome<Image> decoded = decode(bytes.value(), options.decode);
    if (decoded) network->features(resampler.resample(decoded.value().view()), row);
  };
  process(*images.front());  // the first one pays for cold caches and page faults
  const std::size_t samples = std::min(kSamples, images.size());
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < samples; ++i) process(*images[i * images.size() / samples]);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return seconds / static_cast<double>(samples) * static_cast<double>(images.size()) / worker_count(options.features.threads);
}

}  // namespace coulis
