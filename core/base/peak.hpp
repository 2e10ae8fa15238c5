// The multiply-add peak of a core: what the network's speed is a share of.
#pragma once

#include <chrono>

namespace coulis {

// float32 multiply-adds a second of this core with the SIMD level in use: the best of many short runs in registers, for about so long.
double measure_multiply_add_peak(std::chrono::milliseconds duration);

}  // namespace coulis
