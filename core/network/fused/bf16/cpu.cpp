#include "core/network/fused/bf16/cpu.hpp"

#include "core/base/simd.hpp"

namespace coulis::fused::bf16 {

bool has_bf16_instructions() {
#if defined(__x86_64__)
  return simd_in_use() == "avx512" && __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace coulis::fused::bf16
