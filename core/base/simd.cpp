#include "core/base/simd.hpp"

#include <fmt/format.h>
#include <hwy/targets.h>

#include <cstdint>
#include <cstdlib>

#include "core/base/error.hpp"

namespace coulis {
namespace {

constexpr std::int64_t kAvx512Targets = HWY_AVX3 | HWY_AVX3_DL;

std::int64_t targets_up_to(SimdLevel level) {
  switch (level) {
    case SimdLevel::kPortable: return HWY_STATIC_TARGET;
    case SimdLevel::kAvx2: return HWY_AVX2 | HWY_STATIC_TARGET;
    case SimdLevel::kAvx512: return kAvx512Targets | HWY_AVX2 | HWY_STATIC_TARGET;
    case SimdLevel::kBest: break;
  }
  return 0;  // Highway: 0 lifts the limit
}

std::int64_t current_limit = 0;  // the last argument of SetSupportedTargetsForTest

// What the CPU and the build support, whatever the limit.
std::int64_t unlimited_targets() {
  hwy::SetSupportedTargetsForTest(0);
  const std::int64_t targets = hwy::SupportedTargets();
  hwy::SetSupportedTargetsForTest(current_limit);
  return targets;
}

bool cpu_has(SimdLevel level) {
  switch (level) {
    case SimdLevel::kAvx2: return (unlimited_targets() & HWY_AVX2) != 0;
    case SimdLevel::kAvx512: return (unlimited_targets() & kAvx512Targets) != 0;
    case SimdLevel::kPortable:
    case SimdLevel::kBest: break;
  }
  return true;
}

}  // namespace

void limit_simd(SimdLevel level) {
  if (!cpu_has(level)) {
    throw Error(ErrorCode::kUsage, "this CPU lacks the SIMD instructions asked for", "unset COULIS_SIMD, or set it to portable");
  }
  current_limit = targets_up_to(level);
  hwy::SetSupportedTargetsForTest(current_limit);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

void limit_simd_by_environment() {
  const char* level = std::getenv("COULIS_SIMD");  // NOLINT(concurrency-mt-unsafe): no thread yet
  if (level != nullptr) limit_simd(parse_enum<SimdLevel>(level));
}

std::string_view simd_in_use() {
  const std::int64_t supported = hwy::SupportedTargets();
  if ((supported & kAvx512Targets) != 0) return "avx512";
  if ((supported & HWY_AVX2) != 0) return "avx2";
  if ((supported & HWY_NEON) != 0) return "neon";
  return "portable";
}

}  // namespace coulis
