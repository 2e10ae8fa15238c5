// Due: what of an OUTPUT has to be made again, though its features are there.
#pragma once

#include "job/options/options.hpp"
#include "job/output/manifest.hpp"
#include "job/plan/plan.hpp"
#include "job/storage/location.hpp"

namespace coulis {

struct Due {
  bool all = false;  // everything that is made of the features
  bool tables = false;
  bool report = false;

  bool any() const { return all || tables || report; }
};

// What the options that differ from those of the manifest affect, beside the features.
Due compare_options(const OptionTexts& earlier, const RunOptions& wanted);

// earlier: the manifest of OUTPUT; wanted: what this run knows of its own. `all` where the plan has a part to do or OUTPUT is not finished.
Due find_due(const Location& output, const Manifest& earlier, const Manifest& wanted, const Plan& plan, const RunOptions& options);

}  // namespace coulis
