// How long the features of a plan will take here: measured on a few of its own photos.
#pragma once

#include "job/run/options.hpp"
#include "job/run/run.hpp"

namespace coulis {

// Seconds of wall clock for the parts to do, from reading to the feature row; photos that cannot be used count with the time they took.
double estimate_seconds(const Preview& preview, const RunOptions& options);

}  // namespace coulis
