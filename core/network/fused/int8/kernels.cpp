#include "core/network/fused/int8/kernels.hpp"

#include "core/base/simd.hpp"

namespace coulis::fused::int8 {
namespace {

DotProduct try_dot_product() {
#if defined(__x86_64__)
  const bool has_it = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
                      __builtin_cpu_supports("avx512vnni");
  if (has_it) return vnni_is_exact() ? DotProduct::kExact : DotProduct::kWrong;
#endif
  return DotProduct::kMissing;
}

}  // namespace

Kernels choose_kernels([[maybe_unused]] std::string_view simd, [[maybe_unused]] DotProduct dot_product) {
#if defined(__x86_64__)
  const bool wants_vnni = simd == "avx512";
  if (wants_vnni && dot_product == DotProduct::kExact) return {"avx512 vnni", vnni_pointwise(), vnni_depthwise()};
  if (wants_vnni && dot_product == DotProduct::kWrong) {
    return {"avx2, because the VNNI instructions of this CPU compute wrong results", avx2_pointwise(), avx2_depthwise()};
  }
  if (wants_vnni || simd == "avx2") return {"avx2", avx2_pointwise(), avx2_depthwise()};
#endif
  return {"portable", portable_pointwise(), portable_depthwise()};
}

Kernels find_kernels() {
  const std::string_view simd = simd_in_use();
  return choose_kernels(simd, simd == "avx512" ? try_dot_product() : DotProduct::kMissing);
}

}  // namespace coulis::fused::int8
