// Estimates how long a plan takes on this machine, from two seconds of work on its own photos.
#pragma once

#include <cstdint>

#include "job/options/options.hpp"
#include "job/run/run.hpp"

namespace coulis {

struct Estimate {
  std::uint64_t tried = 0;       // photos
  std::uint64_t turned = 0;      // photos of these whose EXIF orientation turns them, applied or not
  double features_seconds = 0;   // wall clock for the parts to do, from reading to the feature row; 0 if there are none
  double reduction_seconds = 0;  // moments, PCA, projection, tables and report, of all parts
  double seconds() const { return features_seconds + reduction_seconds; }
};

// Uses the threads and the precision of the options. Photos that cannot be used count with the time that they took.
Estimate estimate_run(const Preview& preview, const RunOptions& options);

}  // namespace coulis
