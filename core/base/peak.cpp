#include "core/base/peak.hpp"

#include <algorithm>

#include "core/base/simd.hpp"

// AVX3_DL adds nothing to AVX3 for float32.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (COULIS_UNUSED_TARGETS | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/base/peak.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace coulis::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
constexpr int kChains = 12;  // enough for 2 units with a latency of 4 or 5 cycles; with the operands they fit in 16 registers

// Returns the multiply-adds done. `sink` keeps the compiler from removing them.
double multiply_and_add(int rounds, float* sink) {
  const hn::ScalableTag<float> d;
  using V = hn::Vec<decltype(d)>;
  const V factor = hn::Set(d, sink[0]);
  const V addend = hn::Set(d, sink[1]);
  V sums[kChains];
#pragma GCC unroll 16
  for (int i = 0; i < kChains; ++i) sums[i] = hn::Set(d, static_cast<float>(i));
  for (int round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
    for (V& sum : sums) sum = hn::MulAdd(sum, factor, addend);
  }
  V total = sums[0];
#pragma GCC unroll 16
  for (int i = 1; i < kChains; ++i) total = hn::Add(total, sums[i]);
  sink[2] = hn::GetLane(total);
  return static_cast<double>(rounds) * kChains * static_cast<double>(hn::Lanes(d));
}

}  // namespace coulis::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace coulis {

HWY_EXPORT(multiply_and_add);

double measure_multiply_add_peak(std::chrono::milliseconds duration) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + duration;
  float sink[] = {0.999F, 0.001F, 0};
  double best = 0;
  do {
    const auto start = Clock::now();
    const double macs = HWY_DYNAMIC_DISPATCH(multiply_and_add)(20'000, sink);
    best = std::max(best, macs / std::chrono::duration<double>(Clock::now() - start).count());
  } while (Clock::now() < end);
  return best;
}

}  // namespace coulis
#endif
