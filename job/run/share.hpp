// run_share: the features of one share of the parts, beside other processes that work on theirs, on any machines, without a lock.
#pragma once

#include <atomic>
#include <cstdint>

#include "job/options/options.hpp"
#include "job/plan/share.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct ShareSummary {
  std::uint64_t parts = 0;     // of this share
  std::uint64_t images = 0;    // in these
  std::uint64_t computed = 0;  // images that this run computed: the others were done
};

// Part n belongs to share n % count + 1. The plan depends on the listing and on finished parts only, so all processes make the same, and a
// part that two of them write is the same file twice. run() finds the parts done and does the rest. Throws as run() does.
ShareSummary run_share(const RunOptions& options, const Share& share, const std::atomic<bool>& interrupted, Progress& progress);

}  // namespace coulis
