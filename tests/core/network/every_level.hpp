// Runs a check on every SIMD level of this CPU, named in the message of what fails.
#pragma once

#include <gtest/gtest.h>

#include "core/base/simd.hpp"
#include "tests/cpu.hpp"

namespace coulis {

template <class Check>
void on_every_level(const Check& check) {
  for (const SimdLevel level : simd_levels_of_cpu()) {
    limit_simd(level);
    SCOPED_TRACE(simd_in_use());
    check();
  }
  limit_simd(SimdLevel::kBest);
}

}  // namespace coulis
