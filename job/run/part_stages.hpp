// The stages of a run that work on its parts: compute_features() commits them, read_back() gathers what all of them hold.
#pragma once

#include <atomic>

#include "core/network/model.hpp"
#include "job/features/bad_image_limit.hpp"
#include "job/options/options.hpp"
#include "job/output/manifest.hpp"
#include "job/run/part_executor.hpp"

namespace coulis {

// What the stages of one run share.
struct RunContext {
  const RunOptions& options;
  const Location& input;
  const Location& output;
  const Model& model;
  const std::atomic<bool>& interrupted;
  PartExecutor& executor;
  Progress& progress;
};

// Of the parts that are not done. Notes the time and how many photos it was in the manifest. Throws as featurize().
void compute_features(const Plan& plan, const RunContext& run, Manifest& manifest);

// Of all parts, those of earlier runs included. The plan goes before the rows come: both are large. Throws Error(kTooManyBad).
Committed read_back(Plan plan, const RunContext& run, const BadImageLimit& limit, Manifest& manifest);

}  // namespace coulis
