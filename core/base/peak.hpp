// The peak multiply-add rate of a core, the yardstick for the network's speed.
#pragma once

#include <chrono>

namespace coulis {

// float32 multiply-adds per second of this core at the SIMD level in use: the best of many short runs in registers.
// duration: roughly how long it measures.
double measure_multiply_add_peak(std::chrono::milliseconds duration);

}  // namespace coulis
