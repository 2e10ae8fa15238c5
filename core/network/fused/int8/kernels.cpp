#include "core/network/fused/int8/kernels.hpp"

#include "core/base/simd.hpp"

namespace coulis::fused::int8 {
namespace {

#if defined(__x86_64__)
bool cpu_has_vnni() {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("avx512vnni");
}
#endif

}  // namespace

Kernels find_kernels() {
#if defined(__x86_64__)
  const std::string_view level = simd_in_use();
  if (level == "avx512" && cpu_has_vnni()) {
    if (vnni_is_exact()) return {"avx512 vnni", vnni_pointwise(), vnni_depthwise()};
    return {"avx2, because the dot product instruction of this CPU computes wrong", avx2_pointwise(), avx2_depthwise()};
  }
  if (level == "avx512" || level == "avx2") return {"avx2", avx2_pointwise(), avx2_depthwise()};
#endif
  return {"portable", portable_pointwise(), portable_depthwise()};
}

}  // namespace coulis::fused::int8
