#include "job/features/feature_rows.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <span>
#include <utility>

#include "core/base/error.hpp"
#include "core/resample/resample.hpp"
#include "job/threads/workers.hpp"

namespace coulis {

FeatureRows compute_feature_rows(PhotoSource& photos, const ModelCard& card, const NetworkFactory& networks, int workers, OnBad on_bad,
                                 const std::atomic<bool>& interrupted) {
  const std::size_t count = photos.count();
  const auto width = static_cast<std::size_t>(card.feature_width);
  FeatureRows rows{std::vector<float>(count * width, std::numeric_limits<float>::quiet_NaN()), {}};
  if (count == 0) return rows;
  std::mutex failures_mutex;
  std::atomic<std::size_t> next = 0;
  std::atomic<int> still_working = workers;

  const auto work = [&] {
    Resampler resampler({card.input_width_px, card.input_height_px, card.filter});
    const std::unique_ptr<Network> network = networks.make();
    for (std::size_t photo = next++; photo < count && !interrupted; photo = next++) {
      const Outcome<Pixels> pixels = photos.read(photo);
      if (pixels) {
        network->features(resampler.resample(pixels.value().view), {rows.values.data() + photo * width, width});
        continue;
      }
      const std::lock_guard lock(failures_mutex);
      rows.failures.push_back({photo, pixels.failure()});
      if (on_bad == OnBad::kFail) next = count;
    }
    if (--still_working == 0) photos.stop();
  };
  run_workers(
      workers + photos.threads(), [&](int index) { index < workers ? work() : photos.run(); },
      [&] {
        next = count;
        photos.stop();
      });
  if (interrupted) throw Error(ErrorCode::kInterrupted, "interrupted");
  std::sort(rows.failures.begin(), rows.failures.end(), [](const FailedPhoto& a, const FailedPhoto& b) { return a.photo < b.photo; });
  return rows;
}

}  // namespace coulis
