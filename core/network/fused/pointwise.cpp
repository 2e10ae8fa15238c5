#include "core/network/fused/pointwise.hpp"

#include <algorithm>
#include <array>
#include <utility>

// AVX3_DL has nothing for float32 that AVX3 has not.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/network/fused/pointwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#define COULIS_UNROLL _Pragma("GCC unroll 16")

HWY_BEFORE_NAMESPACE();
namespace coulis::fused::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, kBlockChannels>;
using V = hn::Vec<D>;
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
  int chunk_floats;
  int in_floats;
  const float* weight;
  const float* bias;
  Clamp clamp;
  bool clamps;
  float* output[kMaxVectors];
  const float* residual[kMaxVectors];  // null: none
};

template <int kPixels, int kVectors, int kPixelStride>
HWY_INLINE void accumulate(const float* HWY_RESTRICT input, const float* HWY_RESTRICT weight, int count, V (&sums)[kPixels][kVectors]) {
  const D d;
  for (int k = 0; k < count; ++k) {
    V weights[kVectors];
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) weights[n] = hn::Load(d, weight + (k * kVectors + n) * kLanes);
    COULIS_UNROLL
    for (int m = 0; m < kPixels; ++m) {
      const V value = hn::Set(d, input[m * kPixelStride + k]);
      COULIS_UNROLL
      for (int n = 0; n < kVectors; ++n) sums[m][n] = hn::MulAdd(value, weights[n], sums[m][n]);
    }
  }
}

template <int kPixels, int kVectors, int kPixelStride>
HWY_INLINE void compute_sums(const Tile& tile, V (&sums)[kPixels][kVectors]) {
  const D d;
  COULIS_UNROLL
  for (int n = 0; n < kVectors; ++n) {
    const V bias = hn::Load(d, tile.bias + n * kLanes);
    COULIS_UNROLL
    for (int m = 0; m < kPixels; ++m) sums[m][n] = bias;
  }
  const float* input = tile.input;
  const float* weight = tile.weight;
  const int chunk_floats = kPixelStride == kBlockChannels ? kBlockChannels : tile.chunk_floats;
  int left = tile.in_floats;
  for (; left >= chunk_floats; left -= chunk_floats) {
    accumulate<kPixels, kVectors, kPixelStride>(input, weight, chunk_floats, sums);
    input += tile.chunk_stride;
    weight += chunk_floats * kVectors * kLanes;
  }
  accumulate<kPixels, kVectors, kPixelStride>(input, weight, left, sums);
  if (tile.clamps) {
    const V low = hn::Set(d, tile.clamp.low);
    const V high = hn::Set(d, tile.clamp.high);
    COULIS_UNROLL
    for (int m = 0; m < kPixels; ++m) {
      COULIS_UNROLL
      for (int n = 0; n < kVectors; ++n) sums[m][n] = hn::Min(hn::Max(sums[m][n], low), high);
    }
  }
}

struct StoreTile {
  template <int kPixels, int kVectors, int kPixelStride>
  static void run(const Tile& tile) {
    const D d;
    V sums[kPixels][kVectors];
    compute_sums<kPixels, kVectors, kPixelStride>(tile, sums);
    if (tile.residual[0] != nullptr) {
      COULIS_UNROLL
      for (int n = 0; n < kVectors; ++n) {
        COULIS_UNROLL
        for (int m = 0; m < kPixels; ++m) sums[m][n] = hn::Add(sums[m][n], hn::Load(d, tile.residual[n] + m * kBlockChannels));
      }
    }
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) {
      float* HWY_RESTRICT output = tile.output[n];
      COULIS_UNROLL
      for (int m = 0; m < kPixels; ++m) hn::Store(sums[m][n], d, output + m * kBlockChannels);
    }
  }
};

struct SumTile {
  template <int kPixels, int kVectors, int kPixelStride>
  static void run(const Tile& tile) {
    const D d;
    V sums[kPixels][kVectors];
    compute_sums<kPixels, kVectors, kPixelStride>(tile, sums);
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) {
      V total = hn::Load(d, tile.output[n]);
      COULIS_UNROLL
      for (int m = 0; m < kPixels; ++m) total = hn::Add(total, sums[m][n]);
      hn::Store(total, d, tile.output[n]);
    }
  }
};

using TileFunction = void (*)(const Tile&);
using TileFunctions = std::array<TileFunction, kMaxPixels + 1>;  // by the number of pixels; null above max_pixels

template <class Epilogue, int kVectors, int kPixelStride, std::size_t... kIndex>
constexpr TileFunctions list_tiles(std::index_sequence<kIndex...>) {
  TileFunctions functions{};
  ((functions[kIndex + 1] = &Epilogue::template run<static_cast<int>(kIndex) + 1, kVectors, kPixelStride>), ...);
  return functions;
}

template <class Epilogue, int kVectors, int kPixelStride>
constexpr TileFunctions kTiles = list_tiles<Epilogue, kVectors, kPixelStride>(std::make_index_sequence<max_pixels(kVectors)>());

template <class Epilogue, int kPixelStride>
const TileFunctions& find_tiles(int vectors) {
  if constexpr (kMinVectors == 1) {
    if (vectors == 1) return kTiles<Epilogue, 1, kPixelStride>;
    if (vectors == 2) return kTiles<Epilogue, 2, kPixelStride>;
  }
  return kTiles<Epilogue, kMaxVectors, kPixelStride>;
}

Tile make_tile(const PackedPointwise& layer, const Panel& panel, const PixelRun& run) {
  Tile tile{};
  tile.input = run.data;
  tile.chunk_stride = run.chunk_stride;
  tile.chunk_floats = run.chunk_floats;
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
void compute_strided_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun& run, const Plane& output,
                           const Plane& maybe_residual) {
  Tile tile = make_tile(layer, panel, run);
  for (int n = 0; n < panel.vectors; ++n) {
    const int block = n * kLanes / kBlockChannels;
    const int channel = n * kLanes % kBlockChannels;
    tile.output[n] = output.at(block, 0) + channel;
    if (maybe_residual.data != nullptr) tile.residual[n] = maybe_residual.at(block, 0) + channel;
  }
  for_each_tile(find_tiles<StoreTile, kPixelStride>(panel.vectors), panel.vectors, run.pixels, [&](TileFunction function, int pixels) {
    function(tile);
    tile.input += pixels * kPixelStride;
    for (int n = 0; n < panel.vectors; ++n) {
      tile.output[n] += pixels * kBlockChannels;
      if (tile.residual[n] != nullptr) tile.residual[n] += pixels * kBlockChannels;
    }
  });
}

void compute_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun& run, const Plane& output,
                   const Plane& maybe_residual) {
  switch (run.pixel_stride) {
    case 3: return compute_strided_panel<3>(layer, panel, run, output, maybe_residual);
    case 6: return compute_strided_panel<6>(layer, panel, run, output, maybe_residual);
    default: return compute_strided_panel<kBlockChannels>(layer, panel, run, output, maybe_residual);
  }
}

void sum_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun& run, float* sums) {
  Tile tile = make_tile(layer, panel, run);
  for (int n = 0; n < panel.vectors; ++n) tile.output[n] = sums + n * kLanes;
  for_each_tile(find_tiles<SumTile, kBlockChannels>(panel.vectors), panel.vectors, run.pixels, [&](TileFunction function, int pixels) {
    function(tile);
    tile.input += pixels * kBlockChannels;
  });
}

PointwiseKernel make_pointwise_kernel() {
  return {kLanes, kMinVectors, std::max(2, kBlockVectors), kMaxVectors, &compute_panel, &sum_panel};
}

}  // namespace coulis::fused::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace coulis::fused {

HWY_EXPORT(make_pointwise_kernel);

PointwiseKernel find_pointwise_kernel() {
  return HWY_DYNAMIC_DISPATCH(make_pointwise_kernel)();
}

}  // namespace coulis::fused
#endif
