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

// Computes the parts that are not done. Records the time and
// the number of photos in the manifest. Throws as featurize().
void compute_features(const Plan& plan, const RunContext& run, Manifest& manifest);

// Reads all parts, those of earlier runs too. Frees the plan before
// reading rows, as both are large. Throws Error(kTooManyBad).
Committed read_back(Plan plan, const RunContext& run, const BadImageLimit& limit, Manifest& manifest);

}  // namespace coulis
