// compute_feature_rows: photos from any source -> feature rows in memory, equal to those of `coulis run`.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/decode/decode.hpp"
#include "core/network/network.hpp"
#include "job/features/options.hpp"
#include "job/features/photo_source.hpp"
#include "job/features/row_blocks.hpp"

namespace coulis {

// Returns how many photos with a row have an EXIF orientation that turns them, applied or not. on_bad fail: starts no
// photo after one that failed, and hands on all rows that were started. Photos start in order, so the first failure
// is that of the first bad photo, on any number of workers. Throws Error(kInterrupted) soon after the flag is set.
std::uint64_t compute_feature_rows(PhotoSource& photos, const ModelCard& card, const NetworkFactory& networks, const DecodeOptions& decode,
                                   int workers, OnBad on_bad, const std::atomic<bool>& interrupted, const TakeRows& take);

}  // namespace coulis
