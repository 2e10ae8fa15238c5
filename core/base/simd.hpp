// Which SIMD instructions the kernels may use. Chosen by the CPU at first use; tests and COULIS_SIMD lower it.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "core/base/enum_names.hpp"

namespace coulis {

enum class SimdLevel { kPortable, kAvx2, kAvx512, kBest };  // kPortable: no instruction beyond the compiler's baseline

template <>
struct EnumNames<SimdLevel> {
  static constexpr std::string_view kWhat = "SIMD level";
  static constexpr std::array<std::pair<SimdLevel, std::string_view>, 4> kAll = {{
      {SimdLevel::kBest, "best"},
      {SimdLevel::kAvx512, "avx512"},
      {SimdLevel::kAvx2, "avx2"},
      {SimdLevel::kPortable, "portable"},
  }};
};

// Process-wide, not thread-safe: call before kernels run. A level that the CPU lacks throws Error(kUsage).
void limit_simd(SimdLevel level);

// To the level that COULIS_SIMD names, if it is set. Throws Error(kUsage) for a name that is none.
void limit_simd_by_environment();

std::string_view simd_in_use();  // what the next kernel call uses: "avx512", "avx2", "neon", "portable"

}  // namespace coulis
