// The stages of a run that work on its parts: compute_features() commits them, gather_parts() gathers what all of them hold.
#pragma once

#include <atomic>
#include <vector>

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

std::vector<PartFile> features_files(const Plan& plan, const FeatureOptions& options);  // of its parts, by number

// Computes the parts that are not done, and adds those that threads of this process compute to `maybe_committed`. Records
// the time and the number of photos in the manifest. Throws as featurize().
void compute_features(const Plan& plan, const RunContext& run, CommittedParts* maybe_committed, Manifest& manifest);

// Takes what `committed` holds if that is all parts. If not, reads all parts, those of earlier runs too.
// Frees the plan before, as both are large. Throws Error(kTooManyBad).
Committed gather_parts(Plan plan, CommittedParts& committed, const RunContext& run, const BadImageLimit& limit, Manifest& manifest);

}  // namespace coulis
