#include "core/network/fused/fp32/sparse_pointwise.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/network/fused/prefetch.hpp"
#include "core/network/fused/unroll.hpp"

// AVX3_DL has nothing for float32 that AVX3 has not.
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
constexpr int kTilePixels = 4;                                      // the more, the fewer channels are zero in all of them
constexpr int kMaxVectors = (kRegisters - 1) / (kTilePixels + 1);  // sums, weights and one broadcast input stay in registers
constexpr int kListedTiles = 16;                                    // whose channels are listed before the first panel
constexpr int kLineFloats = static_cast<int>(kCacheLineBytes / sizeof(float));

struct Tile {
  const float* input;
  std::size_t block_stride;
  const std::uint32_t* channels;  // those that are not zero in every pixel, ascending
  int channel_count;
  const float* weight;
  const float* bias;
  Clamp clamp;
  std::size_t ahead_bytes;  // from the weights to the first of the lines to ask for meanwhile
  int ahead_lines;
  float* output[kMaxVectors];
  const float* residual[kMaxVectors];  // null: none
};

// channels: [in_channels + kLanes], as whole vectors are written. Returns how many there are.
template <int kPixels>
int list_channels(const float* HWY_RESTRICT input, std::size_t block_stride, int in_channels, std::uint32_t* HWY_RESTRICT channels) {
  const DBits d;
  int count = 0;
  for (int first = 0; first < in_channels; first += kLanes) {
    const float* at = input + static_cast<std::size_t>(first / kBlockChannels) * block_stride + first % kBlockChannels;
    auto bits = hn::BitCast(d, hn::Load(D(), at));
    COULIS_UNROLL
    for (int m = 1; m < kPixels; ++m) bits = hn::Or(bits, hn::BitCast(d, hn::Load(D(), at + m * kBlockChannels)));
    const auto in_layer = hn::FirstN(d, static_cast<std::size_t>(in_channels - first));
    const auto wanted = hn::And(hn::Ne(bits, hn::Zero(d)), in_layer);
    hn::StoreU(hn::Compress(hn::Iota(d, static_cast<std::uint32_t>(first)), wanted), d, channels + count);
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
void compute_tile(const Tile& tile) {
  const D d;
  V sums[kPixels][kVectors];
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) sums[m][n] = hn::Load(d, tile.bias + n * kLanes);
  }
  int i = 0;
  for (const int end = std::min(tile.channel_count, tile.ahead_lines); i < end; ++i) {
    prefetch_bytes_behind(tile.weight, tile.ahead_bytes + static_cast<std::size_t>(i) * kCacheLineBytes);
    accumulate_channel(tile, tile.channels[i], sums);
  }
  for (; i < tile.channel_count; ++i) accumulate_channel(tile, tile.channels[i], sums);
  const V low = hn::Set(d, tile.clamp.low);
  const V high = hn::Set(d, tile.clamp.high);
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) {
      V value = hn::Min(hn::Max(sums[m][n], low), high);
      if (tile.residual[n] != nullptr) value = hn::Add(value, hn::Load(d, tile.residual[n] + m * kBlockChannels));
      hn::Store(value, d, tile.output[n] + m * kBlockChannels);
    }
  }
}

using TileFunction = void (*)(const Tile&);
using ListFunction = int (*)(const float*, std::size_t, int, std::uint32_t*);

template <int kVectors, std::size_t... kIndex>
constexpr std::array<TileFunction, kTilePixels> list_tiles(std::index_sequence<kIndex...>) {
  return {&compute_tile<static_cast<int>(kIndex) + 1, kVectors>...};
}

template <std::size_t... kIndex>
constexpr std::array<std::array<TileFunction, kTilePixels>, kMaxVectors> list_widths(std::index_sequence<kIndex...>) {
  return {list_tiles<static_cast<int>(kIndex) + 1>(std::make_index_sequence<kTilePixels>())...};
}

template <std::size_t... kIndex>
constexpr std::array<ListFunction, kTilePixels> list_listers(std::index_sequence<kIndex...>) {
  return {&list_channels<static_cast<int>(kIndex) + 1>...};
}

constexpr auto kTiles = list_widths(std::make_index_sequence<kMaxVectors>());        // [vectors - 1][pixels - 1]
constexpr auto kListers = list_listers(std::make_index_sequence<kTilePixels>());  // [pixels - 1]

// What the panels of a layer share in one tile.
struct ListedTile {
  int first_pixel;
  int pixels;
  std::uint32_t* channels;
  int channel_count;
};

std::size_t list_stride(int in_channels) {
  return static_cast<std::size_t>(in_channels + kLanes);
}

std::size_t scratch_elements(int in_channels) {
  return kListedTiles * list_stride(in_channels);
}

// Tile `index` of `tiles` of nearly equal size.
ListedTile list_tile(const PackedPointwise& layer, const PixelRun<float>& run, int index, int tiles, std::uint32_t* channels) {
  const auto start_of = [&](int tile) { return static_cast<int>(static_cast<std::int64_t>(run.pixels) * tile / tiles); };
  ListedTile tile{start_of(index), start_of(index + 1) - start_of(index), channels, 0};
  tile.channel_count = kListers[static_cast<std::size_t>(tile.pixels - 1)](
      run.data + static_cast<std::size_t>(tile.first_pixel) * kBlockChannels, run.chunk_stride, layer.in_channels, channels);
  return tile;
}

// lines: of the weights behind the panel's own, from first_line on, to ask for meanwhile.
void compute_panel_tile(const PackedPointwise& layer, const Panel& panel, const PixelRun<float>& run, const ListedTile& listed, int first_line,
                        int lines, const Plane<float>& output, const Plane<float>& maybe_residual) {
  Tile tile{};
  tile.input = run.data + static_cast<std::size_t>(listed.first_pixel) * kBlockChannels;
  tile.block_stride = run.chunk_stride;
  tile.channels = listed.channels;
  tile.channel_count = listed.channel_count;
  tile.weight = panel.weight;
  tile.bias = panel.bias;
  tile.clamp = layer.clamp;
  tile.ahead_bytes = static_cast<std::size_t>(layer.in_channels * panel.vectors * kLanes) * sizeof(float) +
                     static_cast<std::size_t>(first_line) * kCacheLineBytes;
  tile.ahead_lines = lines;
  for (int n = 0; n < panel.vectors; ++n) {
    const int channel = (panel.first_vector + n) * kLanes;
    tile.output[n] = output.at(channel / kBlockChannels, listed.first_pixel) + channel % kBlockChannels;
    if (maybe_residual.data == nullptr) continue;
    tile.residual[n] = maybe_residual.at(channel / kBlockChannels, listed.first_pixel) + channel % kBlockChannels;
  }
  kTiles[static_cast<std::size_t>(panel.vectors - 1)][static_cast<std::size_t>(listed.pixels - 1)](tile);
}

// Some tiles at a time: with all panels for one after the other each panel would leave the caches before its next tile.
void compute(const PackedPointwise& layer, const PixelRun<float>& run, const Plane<float>& output, const Plane<float>& maybe_residual,
             std::uint32_t* scratch) {
  const int tiles = (run.pixels + kTilePixels - 1) / kTilePixels;
  const int listed_tiles = layer.panels.size() == 1 ? 1 : kListedTiles;
  std::array<ListedTile, kListedTiles> listed;
  for (int first = 0; first < tiles; first += listed_tiles) {
    const int count = std::min(listed_tiles, tiles - first);
    for (int i = 0; i < count; ++i) {
      std::uint32_t* channels = scratch + static_cast<std::size_t>(i) * list_stride(layer.in_channels);
      listed[static_cast<std::size_t>(i)] = list_tile(layer, run, first + i, tiles, channels);
    }
    for (const Panel& panel : layer.panels) {
      const int lines = layer.in_channels * panel.vectors * kLanes / kLineFloats / tiles + 1;
      for (int i = 0; i < count; ++i) {
        compute_panel_tile(layer, panel, run, listed[static_cast<std::size_t>(i)], (first + i) * lines, lines, output, maybe_residual);
      }
    }
  }
}

SparsePointwiseKernel make_sparse_pointwise_kernel() {
  return {kLanes, kMaxVectors, &compute, &scratch_elements};
}

}  // namespace coulis::fused::fp32::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace coulis::fused::fp32 {

HWY_EXPORT(make_sparse_pointwise_kernel);

SparsePointwiseKernel find_sparse_pointwise_kernel() {
  return HWY_DYNAMIC_DISPATCH(make_sparse_pointwise_kernel)();
}

}  // namespace coulis::fused::fp32
#endif
