// The requests that a plan sends to buckets, and their cost.
#pragma once

#include <cstdint>

#include "job/run/run.hpp"

namespace coulis {

// Estimates; 0 for a place on this machine.
struct BucketUse {
  std::uint64_t gets = 0;
  std::uint64_t lists = 0;
  std::uint64_t puts = 0;
  std::uint64_t result_bytes = 0;  // of all photos of the plan
  std::uint64_t packed_gets = 0;   // if the loose photos among them were packed in shards

  double gets_usd() const;
  double lists_usd() const;
  double puts_usd() const;
  double requests_usd() const { return gets_usd() + lists_usd() + puts_usd(); }
  double month_usd() const;  // to keep the results
  double packed_gets_usd() const;
};

BucketUse estimate_use(const Preview& preview, const RunOptions& options);
BucketUse estimate_use_of_a_million(const Preview& preview, const RunOptions& options);  // photos such as those to do

}  // namespace coulis
