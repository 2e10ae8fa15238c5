#include "core/network/fused/fp32/sparse_pointwise.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/network/fused/fp32/prefetch.hpp"
#include "core/network/fused/tiles.hpp"
#include "core/network/fused/unroll.hpp"

// AVX3_DL adds nothing to AVX3 for float32.
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (COULIS_UNUSED_TARGETS | HWY_AVX3_DL)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/network/fused/fp32/sparse_pointwise.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace coulis::fused::fp32::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using D = hn::CappedTag<float, kBlockChannels>;
using V = hn::Vec<D>;
using DBits = hn::RebindToUnsigned<D>;
constexpr int kLanes = static_cast<int>(hn::MaxLanes(D()));
constexpr int kRegisters = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_NEON ? 32 : 16;
constexpr int kTilePixels = 3;                                     // the more, the fewer channels are zero in all of them
constexpr int kMaxVectors = (kRegisters - 1) / (kTilePixels + 1);  // sums, weights and one broadcast input stay in registers
constexpr int kSlabFloats = 6 << 10;                               // weights that stay in the first cache, tile after tile
constexpr int kMaxSlabChannels = 256;

// A slab of input channels of some pixels.
struct Tile {
  const float* input;
  std::size_t block_stride;
  int in_channels;
  const float* weight;
  const float* maybe_bias;   // null: the output holds the sums over the slabs before
  const Clamp* maybe_clamp;  // null: there are more slabs
  const float* ahead;        // weights to prefetch
  int ahead_lines;
  float* output[kMaxVectors];
  const float* residual[kMaxVectors];  // null: none
};

// Writes the channels that are not zero in all of the pixels, ascending, and returns how many these are.
template <int kPixels>
HWY_INLINE int list_channels(const Tile& tile, std::uint32_t* HWY_RESTRICT channels) {
  const DBits d;
  auto indices = hn::Iota(d, 0);
  const auto step = hn::Set(d, static_cast<std::uint32_t>(kLanes));
  int count = 0;
  for (int first = 0; first < tile.in_channels; first += kLanes) {
    const float* input = tile.input + static_cast<std::size_t>(first / kBlockChannels) * tile.block_stride + first % kBlockChannels;
    auto bits = hn::BitCast(d, hn::Load(D(), input));
    COULIS_UNROLL
    for (int m = 1; m < kPixels; ++m) bits = hn::Or(bits, hn::BitCast(d, hn::Load(D(), input + m * kBlockChannels)));
    const auto in_layer = hn::FirstN(d, static_cast<std::size_t>(tile.in_channels - first));
    const auto wanted = hn::And(hn::Ne(bits, hn::Zero(d)), in_layer);
    hn::StoreU(hn::Compress(indices, wanted), d, channels + count);
    indices = hn::Add(indices, step);
    count += static_cast<int>(hn::CountTrue(d, wanted));
  }
  return count;
}

template <int kPixels, int kVectors>
HWY_INLINE void accumulate_channel(const Tile& tile, std::size_t channel, V (&sums)[kPixels][kVectors]) {
  const D d;
  const float* HWY_RESTRICT input = tile.input + channel / kBlockChannels * tile.block_stride + channel % kBlockChannels;
  const float* HWY_RESTRICT weight = tile.weight + channel * (kVectors * kLanes);
  V weights[kVectors];
  COULIS_UNROLL
  for (int n = 0; n < kVectors; ++n) weights[n] = hn::Load(d, weight + n * kLanes);
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    const V value = hn::Set(d, input[m * kBlockChannels]);
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) sums[m][n] = hn::MulAdd(value, weights[n], sums[m][n]);
  }
}

template <int kPixels, int kVectors>
HWY_INLINE void finish(const Tile& tile, V (&sums)[kPixels][kVectors]) {
  const D d;
  const V low = hn::Set(d, tile.maybe_clamp->low);
  const V high = hn::Set(d, tile.maybe_clamp->high);
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) {
      sums[m][n] = hn::Min(hn::Max(sums[m][n], low), high);
      if (tile.residual[n] != nullptr) sums[m][n] = hn::Add(sums[m][n], hn::Load(d, tile.residual[n] + m * kBlockChannels));
    }
  }
}

template <int kPixels, int kVectors>
void compute_tile(const Tile& tile) {
  const D d;
  std::uint32_t channels[kMaxSlabChannels + kLanes];  // whole vectors are written
  const int count = list_channels<kPixels>(tile, channels);
  V sums[kPixels][kVectors];
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) {
      sums[m][n] = hn::Load(d, tile.maybe_bias != nullptr ? tile.maybe_bias + n * kLanes : tile.output[n] + m * kBlockChannels);
    }
  }
  for (int i = 0; i < count; ++i) {
    if (i < tile.ahead_lines) prefetch(tile.ahead + i * kLineFloats);
    accumulate_channel(tile, channels[i], sums);
  }
  if (tile.maybe_clamp != nullptr) finish(tile, sums);
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) hn::Store(sums[m][n], d, tile.output[n] + m * kBlockChannels);
  }
}

using TileFunction = void (*)(const Tile&);

template <int kVectors, std::size_t... kIndex>
constexpr std::array<TileFunction, kTilePixels> list_tiles(std::index_sequence<kIndex...>) {
  return {&compute_tile<static_cast<int>(kIndex) + 1, kVectors>...};
}

template <std::size_t... kIndex>
constexpr std::array<std::array<TileFunction, kTilePixels>, kMaxVectors> list_widths(std::index_sequence<kIndex...>) {
  return {list_tiles<static_cast<int>(kIndex) + 1>(std::make_index_sequence<kTilePixels>())...};
}

constexpr auto kTiles = list_widths(std::make_index_sequence<kMaxVectors>());  // [vectors - 1][pixels - 1]

// Input channels [first, first + channels) for all pixels of the run, tile by tile.
void compute_slab(const PackedPointwise& layer, const Panel& panel, const PixelRun<float>& run, int first, int channels,
                  const Plane<float>& output, const Plane<float>& maybe_residual) {
  const int vectors = panel.width / kLanes;
  const Split tiles = split_evenly(run.pixels, kTilePixels);
  Tile tile{};
  tile.input = run.data + static_cast<std::size_t>(first / kBlockChannels) * run.chunk_stride;
  tile.block_stride = run.chunk_stride;
  tile.in_channels = channels;
  tile.weight = panel.weight + static_cast<std::size_t>(first) * static_cast<std::size_t>(panel.width);
  tile.maybe_bias = first == 0 ? panel.bias : nullptr;
  tile.maybe_clamp = first + channels == layer.groups ? &layer.finish : nullptr;
  tile.ahead = tile.weight + static_cast<std::size_t>(channels) * static_cast<std::size_t>(panel.width);
  tile.ahead_lines = channels * panel.width / kLineFloats / tiles.parts + 1;
  point_at(tile, panel.first_channel, vectors, kLanes, output, maybe_residual);
  for (int i = 0; i < tiles.parts; ++i) {
    const int pixels = tiles.size(i);
    kTiles[static_cast<std::size_t>(vectors - 1)][static_cast<std::size_t>(pixels - 1)](tile);
    tile.input += pixels * kBlockChannels;
    tile.ahead += tile.ahead_lines * kLineFloats;
    move_outputs(tile, vectors, pixels);
  }
}

void compute(const PackedPointwise& layer, const PixelRun<float>& run, const Plane<float>& output, const Plane<float>& maybe_residual) {
  for (const Panel& panel : layer.panels) {
    const int blocks = std::clamp(kSlabFloats / panel.width / kBlockChannels, 1, kMaxSlabChannels / kBlockChannels);
    for (int first = 0; first < layer.groups; first += blocks * kBlockChannels) {
      compute_slab(layer, panel, run, first, std::min(blocks * kBlockChannels, layer.groups - first), output, maybe_residual);
    }
  }
}

SparsePointwiseKernel make_sparse_pointwise_kernel() {
  return {kLanes, kMaxVectors, &compute};
}

}  // namespace coulis::fused::fp32::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace coulis::fused::fp32 {

HWY_EXPORT(make_sparse_pointwise_kernel);

SparsePointwiseKernel find_sparse_pointwise_kernel() {
  return HWY_DYNAMIC_DISPATCH(make_sparse_pointwise_kernel)();
}

PackedPointwise pack_sparse_pointwise(const PointwiseWeights& layer, const SparsePointwiseKernel& kernel, Arena& arena) {
  const Split panels = split_evenly((layer.out_channels + kernel.lanes - 1) / kernel.lanes, kernel.max_vectors);
  std::vector<int> widths;
  for (int i = 0; i < panels.parts; ++i) widths.push_back(panels.size(i) * kernel.lanes);
  return pack_floats<Format>(layer, {layer.in_channels}, widths, arena);
}

}  // namespace coulis::fused::fp32
#endif
