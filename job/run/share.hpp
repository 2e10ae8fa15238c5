// run_share: computes the features of one share of the parts, without
// a lock. Other processes, on any machine, compute other shares.
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
  std::uint64_t computed = 0;  // images that this run computed; the others were done already
};

// Part n belongs to share n % count + 1. The plan depends only on the listing and on
// finished parts, so all processes make the same plan, and a part that two of them write
// is the same file. run() finds the parts done and does the rest. Throws as run() does.
ShareSummary run_share(const RunOptions& options, const Share& share, const std::atomic<bool>& interrupted, Progress& progress);

}  // namespace coulis
