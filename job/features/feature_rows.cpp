#include "job/features/feature_rows.hpp"

#include <algorithm>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include "core/base/error.hpp"
#include "core/features/photo_network.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

std::optional<Failure> make_row(const Outcome<Photo>& photo, PhotoNetwork& network, std::span<float> row) {
  if (!photo) return photo.failure();
  if (!photo.value().maybe_pixels) return network.features(photo.value().file, row);
  network.features(*photo.value().maybe_pixels, row);
  return std::nullopt;
}

}  // namespace

FeatureRows compute_feature_rows(PhotoSource& photos, const ModelCard& card, const NetworkFactory& networks, const DecodeOptions& decode,
                                 int workers, OnBad on_bad, const std::atomic<bool>& interrupted) {
  const std::size_t count = photos.count();
  const auto width = static_cast<std::size_t>(card.feature_width);
  FeatureRows rows{std::vector<float>(count * width, std::numeric_limits<float>::quiet_NaN()), {}, 0};
  if (count == 0) return rows;
  std::mutex failures_mutex;
  std::atomic<std::uint64_t> turned = 0;
  std::atomic<std::size_t> next = 0;
  std::atomic<int> still_working = workers;

  const auto work = [&] {
    PhotoNetwork network(card, networks, decode);
    for (std::size_t photo = next++; photo < count && !interrupted; photo = next++) {
      std::optional<Failure> failure = make_row(photos.read(photo), network, {rows.values.data() + photo * width, width});
      if (!failure) {
        turned += network.turned() ? 1 : 0;
        continue;
      }
      const std::lock_guard lock(failures_mutex);
      rows.failures.push_back({photo, std::move(*failure)});
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
  rows.turned = turned;
  std::sort(rows.failures.begin(), rows.failures.end(), [](const FailedPhoto& a, const FailedPhoto& b) { return a.photo < b.photo; });
  return rows;
}

}  // namespace coulis
