// Which SIMD instructions the kernels may use. Chosen by the CPU at first use; tests and COULIS_SIMD lower it.
#pragma once

#include <string_view>

namespace coulis {

enum class SimdLevel { kPortable, kAvx2, kAvx512, kBest };  // kPortable: no instruction beyond the compiler's baseline

// Process-wide, not thread-safe: call before kernels run. A level that the CPU lacks throws Error(kUsage).
void limit_simd(SimdLevel level);

// "portable", "avx2", "avx512" or "best"; anything else throws Error(kUsage).
SimdLevel parse_simd_level(std::string_view name);

std::string_view simd_in_use();  // what the next kernel call takes: "avx512", "avx2", "neon", "portable"

}  // namespace coulis
