// compute_feature_rows: photos from anywhere -> feature rows in memory; what `coulis run` computes, without an OUTPUT.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/failure.hpp"
#include "core/decode/decode.hpp"
#include "core/network/network.hpp"
#include "job/features/options.hpp"
#include "job/features/photo_source.hpp"

namespace coulis {

struct FailedPhoto {
  std::size_t photo = 0;
  Failure failure;
};

struct FeatureRows {
  std::vector<float> values;          // [photos, width]; NaN in the rows of photos that cannot be used
  std::vector<FailedPhoto> failures;  // by photo
  std::uint64_t turned = 0;           // photos with a row whose EXIF orientation turns them, applied or not
};

// on_bad fail: no photo is begun after one that failed. As they are begun in order, the first failure is that of the first bad photo, on
// any number of workers. Throws Error(kInterrupted) soon after the flag is set.
FeatureRows compute_feature_rows(PhotoSource& photos, const ModelCard& card, const NetworkFactory& networks, const DecodeOptions& decode,
                                 int workers, OnBad on_bad, const std::atomic<bool>& interrupted);

}  // namespace coulis
