#include "core/network/fused/fp32/pointwise.hpp"

#include <algorithm>

#include "core/network/fused/fp32/prefetch.hpp"
#include "core/network/fused/tiles.hpp"
#include "core/network/fused/unroll.hpp"

// AVX3_DL adds nothing to AVX3 for float32.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (COULIS_UNUSED_TARGETS | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/network/fused/fp32/pointwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace coulis::fused::fp32::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, kBlockChannels>;
using V = hn::Vec<D>;
using DHalf = hn::CappedTag<float, kBlockChannels / 2>;  // used with vectors of a whole block only
using VHalf = hn::Vec<DHalf>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));
constexpr int kBlockVectors = kBlockChannels / kLanes;
constexpr int kRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON ? 32 : 16;
constexpr TileShapes kShapes{.widths = {.lanes = kLanes,
                                        .min = kBlockVectors > 3 ? kBlockVectors : 1,  // short vectors: a panel is one block, whole
                                        .usual = std::max(2, kBlockVectors),
                                        .max = std::max(3, kBlockVectors)},
                             .registers = kLanes == 1 ? 64 : kRegisters,  // vectors of one lane: the compiler puts some into one register
                             .has_halves = kLanes == kBlockChannels};
using Tile = fused::Tile<Format, kShapes.widths.max>;

// The sums of a tile. kHalf: only the lower half of the last vector has channels, and a half costs some CPUs half.
template <int kPixels, int kVectors, bool kHalf>
struct Sums {
  static constexpr int kWhole = kVectors - (kHalf ? 1 : 0);
  V whole[kPixels][kWhole];
  VHalf half[kPixels];
};

template <int kPixels, int kVectors, bool kHalf, int kPixelStride>
HWY_INLINE void accumulate(const float* HWY_RESTRICT input, const float* HWY_RESTRICT weight, int count,
                           Sums<kPixels, kVectors, kHalf>& sums) {
  constexpr int kWhole = kVectors - (kHalf ? 1 : 0);
  const D d;
  const DHalf half;
  for (int k = 0; k < count; ++k, weight += kVectors * kLanes) {
    COULIS_UNROLL
    for (int n = 0; n < kVectors * kLanes; n += kLineFloats) prefetch_ahead_of(weight + n);
    V weights[kWhole];
    VHalf half_weights = hn::Zero(half);
    COULIS_UNROLL
    for (int n = 0; n < kWhole; ++n) weights[n] = hn::Load(d, weight + n * kLanes);
    if (kHalf) half_weights = hn::Load(half, weight + kWhole * kLanes);
    COULIS_UNROLL
    for (int m = 0; m < kPixels; ++m) {
      const V value = hn::Set(d, input[m * kPixelStride + k]);
      COULIS_UNROLL
      for (int n = 0; n < kWhole; ++n) sums.whole[m][n] = hn::MulAdd(value, weights[n], sums.whole[m][n]);
      if (kHalf) sums.half[m] = hn::MulAdd(hn::Set(half, input[m * kPixelStride + k]), half_weights, sums.half[m]);
    }
  }
}

template <int kPixels, int kVectors, bool kHalf>
HWY_INLINE void set_to_bias(const float* HWY_RESTRICT bias, Sums<kPixels, kVectors, kHalf>& sums) {
  constexpr int kWhole = kVectors - (kHalf ? 1 : 0);
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    COULIS_UNROLL
    for (int n = 0; n < kWhole; ++n) sums.whole[m][n] = hn::Load(D(), bias + n * kLanes);
    sums.half[m] = kHalf ? hn::Load(DHalf(), bias + kWhole * kLanes) : hn::Zero(DHalf());
  }
}

template <int kPixels, int kVectors, bool kHalf>
HWY_INLINE void clamp(const Clamp& limits, Sums<kPixels, kVectors, kHalf>& sums) {
  constexpr int kWhole = kVectors - (kHalf ? 1 : 0);
  const V low = hn::Set(D(), limits.low);
  const V high = hn::Set(D(), limits.high);
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    COULIS_UNROLL
    for (int n = 0; n < kWhole; ++n) sums.whole[m][n] = hn::Min(hn::Max(sums.whole[m][n], low), high);
    if (kHalf) sums.half[m] = hn::Min(hn::Max(sums.half[m], hn::Set(DHalf(), limits.low)), hn::Set(DHalf(), limits.high));
  }
}

template <int kPixels, int kVectors, bool kHalf, int kPixelStride>
HWY_INLINE void compute_sums(const Tile& tile, Sums<kPixels, kVectors, kHalf>& sums) {
  set_to_bias(tile.bias, sums);
  const float* input = tile.input;
  const float* weight = tile.weight;
  const int chunk_elements = kPixelStride == kBlockChannels ? kBlockChannels : tile.chunk_groups;
  int left = tile.groups;
  for (; left >= chunk_elements; left -= chunk_elements) {
    accumulate<kPixels, kVectors, kHalf, kPixelStride>(input, weight, chunk_elements, sums);
    input += tile.chunk_stride;
    weight += chunk_elements * kVectors * kLanes;
  }
  accumulate<kPixels, kVectors, kHalf, kPixelStride>(input, weight, left, sums);
  if (tile.finish.clamps()) clamp(tile.finish, sums);
}

struct StoreTile {
  template <int kPixels, int kVectors, bool kHalf, int kPixelStride>
  static void run(const Tile& tile) {
    constexpr int kWhole = kVectors - (kHalf ? 1 : 0);
    Sums<kPixels, kVectors, kHalf> sums;
    compute_sums<kPixels, kVectors, kHalf, kPixelStride>(tile, sums);
    if (tile.residual[0] != nullptr) {
      COULIS_UNROLL
      for (int m = 0; m < kPixels; ++m) {
        const int at = m * kBlockChannels;
        COULIS_UNROLL
        for (int n = 0; n < kWhole; ++n) sums.whole[m][n] = hn::Add(sums.whole[m][n], hn::Load(D(), tile.residual[n] + at));
        if (kHalf) sums.half[m] = hn::Add(sums.half[m], hn::Load(DHalf(), tile.residual[kWhole] + at));
      }
    }
    COULIS_UNROLL
    for (int m = 0; m < kPixels; ++m) {
      const int at = m * kBlockChannels;
      COULIS_UNROLL
      for (int n = 0; n < kWhole; ++n) hn::Store(sums.whole[m][n], D(), tile.output[n] + at);
      if (kHalf) hn::Store(sums.half[m], DHalf(), tile.output[kWhole] + at);
    }
  }
};

struct SumTile {
  template <int kPixels, int kVectors, bool kHalf, int kPixelStride>
  static void run(const Tile& tile) {
    static_assert(!kHalf);
    Sums<kPixels, kVectors, kHalf> sums;
    compute_sums<kPixels, kVectors, kHalf, kPixelStride>(tile, sums);
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) {
      V total = hn::Load(D(), tile.sums + n * kLanes);
      COULIS_UNROLL
      for (int m = 0; m < kPixels; ++m) total = hn::Add(total, sums.whole[m][n]);
      hn::Store(total, D(), tile.sums + n * kLanes);
    }
  }
};

PointwiseKernel make_kernel() {
  return make_pointwise_kernel<TileKernel<Format, StoreTile, SumTile, kShapes>>();
}

}  // namespace coulis::fused::fp32::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace coulis::fused::fp32 {

HWY_EXPORT(make_kernel);

PointwiseKernel find_pointwise_kernel() {
  return HWY_DYNAMIC_DISPATCH(make_kernel)();
}

}  // namespace coulis::fused::fp32
#endif
