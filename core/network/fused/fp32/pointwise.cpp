#include "core/network/fused/fp32/pointwise.hpp"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "core/network/fused/fp32/prefetch.hpp"
#include "core/network/fused/unroll.hpp"

// AVX3_DL has nothing for float32 that AVX3 has not.
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
constexpr bool kManyRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON;  // 32, not 16
constexpr int kBlockVectors = kBlockChannels / kLanes;
constexpr int kMaxVectors = std::max(3, kBlockVectors);
constexpr int kMinVectors = kBlockVectors > 3 ? kBlockVectors : 1;  // short vectors: a panel is one block, whole
constexpr int kMaxPixels = 14;

// The tallest tile whose sums, weights and one broadcast input stay in registers.
constexpr int max_pixels(int vectors) {
  if (kLanes == 1) return 2;  // the compiler makes SIMD of it, if it can
  if (kManyRegisters) return std::min(kMaxPixels, (31 - vectors) / vectors);
  return std::min(kMaxPixels, (15 - vectors) / vectors);
}

struct Tile {
  const float* input;
  std::size_t chunk_stride;
  int chunk_elements;
  int in_floats;
  const float* weight;
  const float* bias;
  Clamp clamp;
  bool clamps;
  float* output[kMaxVectors];
  const float* residual[kMaxVectors];  // null: none
};

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
  const int chunk_elements = kPixelStride == kBlockChannels ? kBlockChannels : tile.chunk_elements;
  int left = tile.in_floats;
  for (; left >= chunk_elements; left -= chunk_elements) {
    accumulate<kPixels, kVectors, kHalf, kPixelStride>(input, weight, chunk_elements, sums);
    input += tile.chunk_stride;
    weight += chunk_elements * kVectors * kLanes;
  }
  accumulate<kPixels, kVectors, kHalf, kPixelStride>(input, weight, left, sums);
  if (tile.clamps) clamp(tile.clamp, sums);
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
      V total = hn::Load(D(), tile.output[n]);
      COULIS_UNROLL
      for (int m = 0; m < kPixels; ++m) total = hn::Add(total, sums.whole[m][n]);
      hn::Store(total, D(), tile.output[n]);
    }
  }
};

using TileFunction = void (*)(const Tile&);
using TileFunctions = std::array<TileFunction, kMaxPixels + 1>;  // by the number of pixels; null above max_pixels

template <class Epilogue, int kVectors, bool kHalf, int kPixelStride, std::size_t... kIndex>
constexpr TileFunctions list_tiles(std::index_sequence<kIndex...>) {
  TileFunctions functions{};
  ((functions[kIndex + 1] = &Epilogue::template run<static_cast<int>(kIndex) + 1, kVectors, kHalf, kPixelStride>), ...);
  return functions;
}

template <class Epilogue, int kVectors, bool kHalf, int kPixelStride>
constexpr TileFunctions kTiles = list_tiles<Epilogue, kVectors, kHalf, kPixelStride>(std::make_index_sequence<max_pixels(kVectors)>());

template <class Epilogue, int kPixelStride>
const TileFunctions& find_tiles(const Panel& panel) {
  if constexpr (kLanes == kBlockChannels && std::is_same_v<Epilogue, StoreTile>) {
    if (panel.vectors == 2 && panel.channels <= kLanes + kLanes / 2) return kTiles<Epilogue, 2, true, kPixelStride>;
  }
  if constexpr (kMinVectors == 1) {
    if (panel.vectors == 1) return kTiles<Epilogue, 1, false, kPixelStride>;
    if (panel.vectors == 2) return kTiles<Epilogue, 2, false, kPixelStride>;
  }
  return kTiles<Epilogue, kMaxVectors, false, kPixelStride>;
}

Tile make_tile(const PackedPointwise& layer, const Panel& panel, const PixelRun<float>& run) {
  Tile tile{};
  tile.input = run.data;
  tile.chunk_stride = run.chunk_stride;
  tile.chunk_elements = run.chunk_elements;
  tile.in_floats = layer.in_channels;
  tile.weight = panel.weight;
  tile.bias = panel.bias;
  tile.clamp = layer.clamp;
  tile.clamps = layer.clamp.low == 0;
  return tile;
}

// Calls visit(tile function, pixels) for tiles of nearly equal height: a ragged last one would be slow.
template <class Visit>
HWY_INLINE void for_each_tile(const TileFunctions& functions, int vectors, int pixels, const Visit& visit) {
  const int tallest = max_pixels(vectors);
  const int tiles = (pixels + tallest - 1) / tallest;
  for (int i = 0; i < tiles; ++i) {
    const int height = pixels / tiles + (i < pixels % tiles ? 1 : 0);
    visit(functions[static_cast<std::size_t>(height)], height);
  }
}

template <int kPixelStride>
void compute_strided_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<float>& run, const Plane<float>& output,
                           const Plane<float>& maybe_residual) {
  Tile tile = make_tile(layer, panel, run);
  for (int n = 0; n < panel.vectors; ++n) {
    const int block = n * kLanes / kBlockChannels;
    const int channel = n * kLanes % kBlockChannels;
    tile.output[n] = output.at(block, 0) + channel;
    if (maybe_residual.data != nullptr) tile.residual[n] = maybe_residual.at(block, 0) + channel;
  }
  for_each_tile(find_tiles<StoreTile, kPixelStride>(panel), panel.vectors, run.pixels, [&](TileFunction function, int pixels) {
    function(tile);
    tile.input += pixels * kPixelStride;
    for (int n = 0; n < panel.vectors; ++n) {
      tile.output[n] += pixels * kBlockChannels;
      if (tile.residual[n] != nullptr) tile.residual[n] += pixels * kBlockChannels;
    }
  });
}

void compute_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<float>& run, const Plane<float>& output,
                   const Plane<float>& maybe_residual) {
  switch (run.pixel_stride) {
    case 3: return compute_strided_panel<3>(layer, panel, run, output, maybe_residual);
    case 6: return compute_strided_panel<6>(layer, panel, run, output, maybe_residual);
    default: return compute_strided_panel<kBlockChannels>(layer, panel, run, output, maybe_residual);
  }
}

void sum_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<float>& run, float* sums) {
  Tile tile = make_tile(layer, panel, run);
  for (int n = 0; n < panel.vectors; ++n) tile.output[n] = sums + n * kLanes;
  for_each_tile(find_tiles<SumTile, kBlockChannels>(panel), panel.vectors, run.pixels, [&](TileFunction function, int pixels) {
    function(tile);
    tile.input += pixels * kBlockChannels;
  });
}

PointwiseKernel make_pointwise_kernel() {
  return {kLanes, kMinVectors, std::max(2, kBlockVectors), kMaxVectors, &compute_panel, &sum_panel};
}

}  // namespace coulis::fused::fp32::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace coulis::fused::fp32 {

HWY_EXPORT(make_pointwise_kernel);

PointwiseKernel find_pointwise_kernel() {
  return HWY_DYNAMIC_DISPATCH(make_pointwise_kernel)();
}

}  // namespace coulis::fused::fp32
#endif
