// pack: photos into shards of a tar each, with an index beside each shard. A shard is to a pack what a part is to a run: the unit of work,
// commit, resume and increments.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job/listing/passed_over.hpp"
#include "job/pack/options.hpp"
#include "job/plan/share.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct PackSummary {
  std::uint64_t listed = 0;
  std::uint64_t packed = 0;
  std::uint64_t failed = 0;
  std::uint64_t shards = 0;
  std::uint64_t written = 0;  // shards, by this call
  std::uint64_t bytes = 0;    // of all shards
  PassedOver passed_over;
};

// maybe_share: only these shards, and not what comes after all are there. Throws Error; what is committed stays, and the same call goes on
// from there.
PackSummary pack(const PackOptions& options, const std::optional<Share>& maybe_share, const std::atomic<bool>& interrupted,
                 Progress& progress);

}  // namespace coulis
