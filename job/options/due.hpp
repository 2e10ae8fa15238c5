// Due: what a run must recompute in an OUTPUT whose features exist.
#pragma once

#include "job/options/options.hpp"
#include "job/output/manifest.hpp"
#include "job/plan/plan.hpp"
#include "job/storage/location.hpp"

namespace coulis {

struct Due {
  bool all = false;  // everything that is made from the features
  bool tables = false;
  bool report = false;

  bool any() const { return all || tables || report; }
};

// What is affected by options that differ from the manifest's, besides the features.
Due compare_options(const OptionTexts& earlier, const RunOptions& wanted);

// earlier: the manifest of OUTPUT; wanted: that of this run so far.
// `all` if the plan has a part to do, or OUTPUT is not finished.
Due find_due(const Location& output, const Manifest& earlier, const Manifest& wanted, const Plan& plan, const RunOptions& options);

}  // namespace coulis
