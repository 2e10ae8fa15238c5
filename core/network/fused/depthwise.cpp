#include "core/network/fused/depthwise.hpp"

#include <algorithm>

// AVX3_DL has nothing for float32 that AVX3 has not.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/network/fused/depthwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#define COULIS_UNROLL _Pragma("GCC unroll 16")

HWY_BEFORE_NAMESPACE();
namespace coulis::fused::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, kBlockChannels>;
using V = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));
constexpr int kTilePixels = 4;

// The vectors of one channel block at one place: everything that does not change along a row.
struct Window {
  const float* const* rows;
  const float* weight;  // [kernel * kernel, 16]
  V bias;
  V low;
  V high;
  int lane;  // the vector's first channel in the block
};

HWY_INLINE void store_clamped(V sum, const Window& window, float* HWY_RESTRICT output) {
  hn::Store(hn::Min(hn::Max(sum, window.low), window.high), D(), output + window.lane);
}

// kPixels outputs whose windows lie inside the row; x: the first window's first column.
template <int kKernel, int kStride, int kPixels>
HWY_INLINE void convolve_inside(const Window& window, int x, float* HWY_RESTRICT output) {
  const D d;
  V sums[kPixels];
  COULIS_UNROLL
  for (int p = 0; p < kPixels; ++p) sums[p] = window.bias;
  COULIS_UNROLL
  for (int ky = 0; ky < kKernel; ++ky) {
    const float* HWY_RESTRICT input = window.rows[ky] + x * kBlockChannels + window.lane;
    V weights[kKernel];
    COULIS_UNROLL
    for (int kx = 0; kx < kKernel; ++kx) weights[kx] = hn::Load(d, window.weight + (ky * kKernel + kx) * kBlockChannels + window.lane);
    COULIS_UNROLL
    for (int i = 0; i < (kPixels - 1) * kStride + kKernel; ++i) {
      const V value = hn::Load(d, input + i * kBlockChannels);
      COULIS_UNROLL
      for (int p = 0; p < kPixels; ++p) {
        const int kx = i - p * kStride;
        if (kx >= 0 && kx < kKernel) sums[p] = hn::MulAdd(value, weights[kx], sums[p]);
      }
    }
  }
  COULIS_UNROLL
  for (int p = 0; p < kPixels; ++p) store_clamped(sums[p], window, output + p * kBlockChannels);
}

// One output whose window may reach over an end of the row; x: the window's first column.
template <int kKernel>
HWY_INLINE void convolve_edge(const Window& window, int x, int in_width, float* HWY_RESTRICT output) {
  const D d;
  const int first = std::max(0, -x);
  const int end = std::min(kKernel, in_width - x);
  V sum = window.bias;
  COULIS_UNROLL
  for (int ky = 0; ky < kKernel; ++ky) {
    for (int kx = first; kx < end; ++kx) {
      const V weight = hn::Load(d, window.weight + (ky * kKernel + kx) * kBlockChannels + window.lane);
      sum = hn::MulAdd(hn::Load(d, window.rows[ky] + (x + kx) * kBlockChannels + window.lane), weight, sum);
    }
  }
  store_clamped(sum, window, output);
}

template <int kKernel, int kStride>
void convolve_row(const PackedDepthwise& layer, int block, const DepthwiseRow& row) {
  const D d;
  const float* HWY_RESTRICT weight = layer.weight + static_cast<std::size_t>(block) * kKernel * kKernel * kBlockChannels;
  const float* HWY_RESTRICT bias = layer.bias + static_cast<std::size_t>(block) * kBlockChannels;
  // Outputs [inside, inside_end) have their whole window in the row.
  const int inside = std::min(row.out_width, (row.left_padding + kStride - 1) / kStride);
  const int last_start = row.in_width - kKernel + row.left_padding;
  const int inside_end = last_start < 0 ? inside : std::clamp(last_start / kStride + 1, inside, row.out_width);
  for (int lane = 0; lane < kBlockChannels; lane += kLanes) {
    const Window window{row.rows, weight, hn::Load(d, bias + lane), hn::Set(d, layer.clamp.low), hn::Set(d, layer.clamp.high), lane};
    const auto start = [&row](int x) HWY_ATTR { return x * kStride - row.left_padding; };
    const auto output = [&row](int x) HWY_ATTR { return row.output + x * kBlockChannels; };
    int x = 0;
    for (; x < inside; ++x) convolve_edge<kKernel>(window, start(x), row.in_width, output(x));
    for (; x + kTilePixels <= inside_end; x += kTilePixels) convolve_inside<kKernel, kStride, kTilePixels>(window, start(x), output(x));
    if (x + 2 <= inside_end) {
      convolve_inside<kKernel, kStride, 2>(window, start(x), output(x));
      x += 2;
    }
    for (; x < inside_end; ++x) convolve_inside<kKernel, kStride, 1>(window, start(x), output(x));
    for (; x < row.out_width; ++x) convolve_edge<kKernel>(window, start(x), row.in_width, output(x));
  }
}

void compute_depthwise_row(const PackedDepthwise& layer, int block, const DepthwiseRow& row) {
  if (layer.kernel == 3) return layer.stride == 1 ? convolve_row<3, 1>(layer, block, row) : convolve_row<3, 2>(layer, block, row);
  return layer.stride == 1 ? convolve_row<5, 1>(layer, block, row) : convolve_row<5, 2>(layer, block, row);
}

DepthwiseFunction choose_depthwise_kernel() {
  return &compute_depthwise_row;
}

}  // namespace coulis::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace coulis::fused {

HWY_EXPORT(choose_depthwise_kernel);

DepthwiseFunction find_depthwise_kernel() {
  return HWY_DYNAMIC_DISPATCH(choose_depthwise_kernel)();
}

}  // namespace coulis::fused
#endif
