// compute_feature_rows: photos from anywhere -> feature rows in memory; what `coulis run` computes, without an OUTPUT.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/decode/decode.hpp"
#include "core/network/network.hpp"
#include "job/features/options.hpp"
#include "job/features/photo_source.hpp"
#include "job/features/row_blocks.hpp"

namespace coulis {

// Returns for how many photos with a row the EXIF orientation is another than upright, applied or not. on_bad fail: no photo is begun
// after one that failed, and all rows that were begun are handed on. As photos are begun in order, the first failure is that of the first
// bad photo, on any number of workers. Throws Error(kInterrupted) soon after the flag is set.
std::uint64_t compute_feature_rows(PhotoSource& photos, const ModelCard& card, const NetworkFactory& networks, const DecodeOptions& decode,
                                   int workers, OnBad on_bad, const std::atomic<bool>& interrupted, const TakeRows& take);

}  // namespace coulis
