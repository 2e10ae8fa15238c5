#include "job/features/feature_rows.hpp"

#include <cstddef>
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

std::uint64_t compute_feature_rows(PhotoSource& photos, const ModelCard& card, const NetworkFactory& networks, const DecodeOptions& decode,
                                   int workers, OnBad on_bad, const std::atomic<bool>& interrupted, const TakeRows& take) {
  const std::size_t count = photos.count();
  if (count == 0) return 0;
  RowBlocks blocks(count, static_cast<std::size_t>(card.feature_width), take);
  std::atomic<std::uint64_t> turned = 0;
  std::atomic<std::size_t> next = 0;
  std::atomic<int> still_working = workers;

  const auto work = [&] {
    PhotoNetwork network(card, networks, decode);
    for (std::size_t photo = next++; photo < count && !interrupted; photo = next++) {
      const std::span<float> row = blocks.begin(photo);
      if (row.empty()) break;
      std::optional<Failure> failure = make_row(photos.read(photo), network, row);
      if (!failure && network.turned()) ++turned;
      if (failure && on_bad == OnBad::kFail) next = count;
      blocks.end(photo, std::move(failure));
    }
    if (--still_working == 0) photos.stop();
  };
  run_workers(
      workers + photos.threads(), [&](int index) { index < workers ? work() : photos.run(); },
      [&] {
        next = count;
        blocks.stop();
        photos.stop();
      });
  if (interrupted) throw Error(ErrorCode::kInterrupted, "interrupted");
  blocks.hand_over_rest();
  return turned;
}

}  // namespace coulis
