#include "core/network/fused/fp32/depthwise.hpp"

#include <algorithm>

#include "core/network/fused/unroll.hpp"

// AVX3_DL has nothing for float32 that AVX3 has not.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/network/fused/fp32/depthwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace coulis::fused::fp32::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, kBlockChannels>;
using V = hn::Vec<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));
constexpr int kTilePixels = 6;

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

// One output whose window reaches over an end of the row: kTaps of its columns are inside, from `first` on.
template <int kKernel, int kTaps>
HWY_INLINE void convolve_taps(const Window& window, int x, int first, float* HWY_RESTRICT output) {
  const D d;
  V sum = window.bias;
  COULIS_UNROLL
  for (int ky = 0; ky < kKernel; ++ky) {
    const float* HWY_RESTRICT input = window.rows[ky] + (x + first) * kBlockChannels + window.lane;
    const float* HWY_RESTRICT weight = window.weight + (ky * kKernel + first) * kBlockChannels + window.lane;
    COULIS_UNROLL
    for (int i = 0; i < kTaps; ++i) {
      sum = hn::MulAdd(hn::Load(d, input + i * kBlockChannels), hn::Load(d, weight + i * kBlockChannels), sum);
    }
  }
  store_clamped(sum, window, output);
}

template <int kKernel>
HWY_INLINE void convolve_edge(const Window& window, int x, int in_width, float* HWY_RESTRICT output) {
  const int first = std::max(0, -x);
  switch (std::min(kKernel, in_width - x) - first) {
    case 1: return convolve_taps<kKernel, 1>(window, x, first, output);
    case 2: return convolve_taps<kKernel, 2>(window, x, first, output);
    case 3: return convolve_taps<kKernel, 3>(window, x, first, output);
    default: return convolve_taps<kKernel, 4>(window, x, first, output);
  }
}

template <int kKernel, int kStride>
HWY_INLINE void convolve_tile(const Window& window, int pixels, int x, float* HWY_RESTRICT output) {
  switch (pixels) {
    case 1: return convolve_inside<kKernel, kStride, 1>(window, x, output);
    case 2: return convolve_inside<kKernel, kStride, 2>(window, x, output);
    case 3: return convolve_inside<kKernel, kStride, 3>(window, x, output);
    case 4: return convolve_inside<kKernel, kStride, 4>(window, x, output);
    case 5: return convolve_inside<kKernel, kStride, 5>(window, x, output);
    default: return convolve_inside<kKernel, kStride, kTilePixels>(window, x, output);
  }
}

template <int kKernel, int kStride>
void convolve_row(const PackedDepthwise& layer, int block, const DepthwiseRow<float>& row) {
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
    for (int x = 0; x < inside; ++x) convolve_edge<kKernel>(window, start(x), row.in_width, output(x));
    const int tiles = (inside_end - inside + kTilePixels - 1) / kTilePixels;
    for (int i = 0, x = inside; i < tiles; ++i) {
      const int pixels = (inside_end - x + tiles - i - 1) / (tiles - i);  // of nearly equal width
      convolve_tile<kKernel, kStride>(window, pixels, start(x), output(x));
      x += pixels;
    }
    for (int x = inside_end; x < row.out_width; ++x) convolve_edge<kKernel>(window, start(x), row.in_width, output(x));
  }
}

void compute_depthwise_row(const PackedDepthwise& layer, int block, const DepthwiseRow<float>& row) {
  if (layer.kernel == 3) return layer.stride == 1 ? convolve_row<3, 1>(layer, block, row) : convolve_row<3, 2>(layer, block, row);
  return layer.stride == 1 ? convolve_row<5, 1>(layer, block, row) : convolve_row<5, 2>(layer, block, row);
}

DepthwiseFunction choose_depthwise_kernel() {
  return &compute_depthwise_row;
}

}  // namespace coulis::fused::fp32::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace coulis::fused::fp32 {

HWY_EXPORT(choose_depthwise_kernel);

DepthwiseFunction find_depthwise_kernel() {
  return HWY_DYNAMIC_DISPATCH(choose_depthwise_kernel)();
}

}  // namespace coulis::fused::fp32
#endif
