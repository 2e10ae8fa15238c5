// The keywords of a run -> RunOptions.
#pragma once

#include <nanobind/nanobind.h>

#include "job/run/options.hpp"

namespace coulis::bindings {

// start: the options that keep their value where no keyword is given. Throws Error(kUsage) for an unknown name or a wrong value.
RunOptions read_keywords(const nanobind::dict& keywords, RunOptions start = {});

}  // namespace coulis::bindings
