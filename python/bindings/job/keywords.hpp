// Keywords of Python -> RunOptions: the names are those of the flags, with '_' for '-'.
#pragma once

#include <nanobind/nanobind.h>

#include "job/run/options.hpp"

namespace coulis::bindings {

// Throws Error(kUsage) for an unknown name or a value of the wrong type.
RunOptions read_keywords(const nanobind::dict& keywords);

}  // namespace coulis::bindings
