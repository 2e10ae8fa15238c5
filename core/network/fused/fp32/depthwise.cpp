#include "core/network/fused/fp32/depthwise.hpp"

#include "core/network/fused/split.hpp"
#include "core/network/fused/unroll.hpp"

// AVX3_DL adds nothing to AVX3 for float32.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (COULIS_UNUSED_TARGETS | HWY_AVX3_DL)
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
constexpr int kTilePixels = 7;

// What does not change along a strip: the layer's numbers for one vector of one channel block.
struct Taps {
  const float* weight;  // [kernel * kernel, 16]
  V bias;
  V low;
  V high;
};

// kPixels neighbouring outputs, whose windows begin at column x of the rows. kEdge: columns at both ends may lie outside the image.
template <int kKernel, int kStride, int kPixels, bool kEdge>
HWY_INLINE void convolve_tile(const Taps& taps, const DepthwiseStrip<float>& strip, const float* const* rows, int x, int lane,
                              float* HWY_RESTRICT output) {
  constexpr int kColumns = (kPixels - 1) * kStride + kKernel;
  const D d;
  V sums[kPixels];
  COULIS_UNROLL
  for (int p = 0; p < kPixels; ++p) sums[p] = taps.bias;
  COULIS_UNROLL
  for (int ky = 0; ky < kKernel; ++ky) {
    V weights[kKernel];
    COULIS_UNROLL
    for (int kx = 0; kx < kKernel; ++kx) weights[kx] = hn::Load(d, taps.weight + (ky * kKernel + kx) * kBlockChannels + lane);
    COULIS_UNROLL
    for (int i = 0; i < kColumns; ++i) {
      const bool may_be_outside = kEdge && (i < kKernel / 2 || i >= kColumns - kKernel / 2);
      const bool outside = may_be_outside && static_cast<unsigned>(x + i) >= static_cast<unsigned>(strip.in_width);
      const V value = hn::Load(d, (outside ? strip.zeros : rows[ky] + (x + i) * kBlockChannels) + lane);
      COULIS_UNROLL
      for (int p = 0; p < kPixels; ++p) {
        const int kx = i - p * kStride;
        if (kx >= 0 && kx < kKernel) sums[p] = hn::MulAdd(value, weights[kx], sums[p]);
      }
    }
  }
  COULIS_UNROLL
  for (int p = 0; p < kPixels; ++p) hn::Store(hn::Min(hn::Max(sums[p], taps.low), taps.high), d, output + p * kBlockChannels + lane);
}

template <int kKernel, int kStride, bool kEdge>
HWY_INLINE void convolve_pixels(int pixels, const Taps& taps, const DepthwiseStrip<float>& strip, const float* const* rows, int x, int lane,
                                float* HWY_RESTRICT output) {
  switch (pixels) {
    case 1: return convolve_tile<kKernel, kStride, 1, kEdge>(taps, strip, rows, x, lane, output);
    case 2: return convolve_tile<kKernel, kStride, 2, kEdge>(taps, strip, rows, x, lane, output);
    case 3: return convolve_tile<kKernel, kStride, 3, kEdge>(taps, strip, rows, x, lane, output);
    case 4: return convolve_tile<kKernel, kStride, 4, kEdge>(taps, strip, rows, x, lane, output);
    case 5: return convolve_tile<kKernel, kStride, 5, kEdge>(taps, strip, rows, x, lane, output);
    case 6: return convolve_tile<kKernel, kStride, 6, kEdge>(taps, strip, rows, x, lane, output);
    default: return convolve_tile<kKernel, kStride, kTilePixels, kEdge>(taps, strip, rows, x, lane, output);
  }
}

template <int kKernel, int kStride>
void convolve_strip(const PackedDepthwise& layer, int block, const DepthwiseStrip<float>& strip) {
  const D d;
  const float* HWY_RESTRICT bias = layer.bias + static_cast<std::size_t>(block) * kBlockChannels;
  const Split tiles = split_evenly(strip.out_width, kTilePixels);  // so that only the first and the last one reach an end of the row
  for (int lane = 0; lane < kBlockChannels; lane += kLanes) {
    const Taps taps{layer.weight + static_cast<std::size_t>(block) * kKernel * kKernel * kBlockChannels, hn::Load(d, bias + lane),
                    hn::Set(d, layer.clamp.low), hn::Set(d, layer.clamp.high)};
    float* output = strip.output;
    for (int y = 0; y < strip.out_rows; ++y) {
      const float* const* rows = strip.rows + y * kStride;
      int x = -strip.left_padding;
      for (int i = 0; i < tiles.parts; ++i) {
        const int pixels = tiles.size(i);
        if (i == 0 || i == tiles.parts - 1) {
          convolve_pixels<kKernel, kStride, true>(pixels, taps, strip, rows, x, lane, output);
        } else {
          convolve_pixels<kKernel, kStride, false>(pixels, taps, strip, rows, x, lane, output);
        }
        x += pixels * kStride;
        output += pixels * kBlockChannels;
      }
    }
  }
}

void compute_depthwise(const PackedDepthwise& layer, int block, const DepthwiseStrip<float>& strip) {
  if (layer.kernel == 3) return layer.stride == 1 ? convolve_strip<3, 1>(layer, block, strip) : convolve_strip<3, 2>(layer, block, strip);
  return layer.stride == 1 ? convolve_strip<5, 1>(layer, block, strip) : convolve_strip<5, 2>(layer, block, strip);
}

DepthwiseFunction choose_depthwise_kernel() {
  return &compute_depthwise;
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
