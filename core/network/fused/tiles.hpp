// The tile machine: a pointwise kernel's way through a panel and a run of pixels. The inner loops are the kernel's own.
//
// A tile is a few pixels of a panel whose sums stay in registers. Its shape is known when the code is compiled, so a kernel has a
// function for each shape, and the machine calls them by their number of pixels.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <utility>

#include "core/network/fused/pointwise.hpp"
#include "core/network/fused/split.hpp"

namespace coulis::fused {

constexpr int kMaxTilePixels = 14;

// The tallest tile whose sums, weights and one broadcast input stay in so many registers.
constexpr int tallest_tile(int registers, int vectors) {
  return std::min(kMaxTilePixels, (registers - 1 - vectors) / vectors);
}

template <NumberFormat F, int kMaxVectors>
struct Tile {
  const typename F::Element* input;
  std::size_t chunk_stride;
  int chunk_groups;
  int groups;
  const typename F::Weight* weight;
  const typename F::Sum* bias;
  const float* scale;
  const typename F::Finish* finish;
  typename F::Element* output[kMaxVectors];          // of Store
  const typename F::Element* residual[kMaxVectors];  // of Store; null: none
  typename F::Sum* sums;                             // of Sum
};

// A kernel for one SIMD target. Store writes a tile's activations, Sum adds them up over its pixels; both have
//   template <int kPixels, int kVectors, bool kHalf, int kPixelStride> static void run(const Tile&)
// kHalf: only the lower half of the last vector has channels. kPixelStride: that of the run.
template <class K>
concept TileKernel = NumberFormat<typename K::Format> && requires(const Tile<typename K::Format, K::kWidths.max>& tile) {
  { K::kWidths } -> std::convertible_to<PanelWidths>;
  { K::kHalves } -> std::convertible_to<bool>;         // Store has functions for panels of one and a half vectors
  { K::kStoredTogether } -> std::convertible_to<int>;  // pixels
  { K::tallest(1) } -> std::same_as<int>;              // pixels of a tile, by its vectors
  K::Store::template run<1, K::kWidths.max, false, kBlockChannels>(tile);
  K::Sum::template run<1, K::kWidths.max, false, kBlockChannels>(tile);
};

template <TileKernel K>
using TileOf = Tile<typename K::Format, K::kWidths.max>;

template <TileKernel K>
struct TileFunctions {
  int tallest = 0;
  std::array<void (*)(const TileOf<K>&), kMaxTilePixels + 1> by_pixels{};
};

template <TileKernel K, class Epilogue, int kVectors, bool kHalf, int kPixelStride, std::size_t... kIndex>
constexpr TileFunctions<K> list_tiles(std::index_sequence<kIndex...>) {
  return {sizeof...(kIndex), {nullptr, &Epilogue::template run<static_cast<int>(kIndex) + 1, kVectors, kHalf, kPixelStride>...}};
}

template <TileKernel K, class Epilogue, int kVectors, bool kHalf, int kPixelStride>
constexpr TileFunctions<K> kTiles =
    list_tiles<K, Epilogue, kVectors, kHalf, kPixelStride>(std::make_index_sequence<K::tallest(kVectors)>());

template <TileKernel K, class Epilogue, int kPixelStride>
const TileFunctions<K>& find_tiles(const Panel<typename K::Format>& panel) {
  constexpr PanelWidths kWidths = K::kWidths;
  static_assert(kWidths.min == kWidths.max || (kWidths.min == 1 && kWidths.max == 3));
  if constexpr (K::kHalves && std::same_as<Epilogue, typename K::Store>) {
    if (panel.width == 2 * kWidths.lanes && 2 * panel.channels <= 3 * kWidths.lanes) return kTiles<K, Epilogue, 2, true, kPixelStride>;
  }
  if constexpr (kWidths.min < kWidths.max) {
    if (panel.width == kWidths.lanes) return kTiles<K, Epilogue, 1, false, kPixelStride>;
    if (panel.width == 2 * kWidths.lanes) return kTiles<K, Epilogue, 2, false, kPixelStride>;
  }
  return kTiles<K, Epilogue, kWidths.max, false, kPixelStride>;
}

// Lets a tile write `vectors` vectors of channels of the output, from `channel` on.
template <class AnyTile, class Element>
void point_at(AnyTile& tile, int channel, int vectors, int lanes, const Plane<Element>& output, const Plane<Element>& maybe_residual) {
  for (int n = 0; n < vectors; ++n, channel += lanes) {
    const int block = channel / kBlockChannels;
    tile.output[n] = output.at(block, 0) + channel % kBlockChannels;
    if (maybe_residual.data != nullptr) tile.residual[n] = maybe_residual.at(block, 0) + channel % kBlockChannels;
  }
}

template <class AnyTile>
void move_outputs(AnyTile& tile, int vectors, int pixels) {
  for (int n = 0; n < vectors; ++n) {
    tile.output[n] += pixels * kBlockChannels;
    if (tile.residual[n] != nullptr) tile.residual[n] += pixels * kBlockChannels;
  }
}

// All tiles of a run.
template <TileKernel K, class Epilogue, int kPixelStride>
void run_tiles(const Panel<typename K::Format>& panel, int run_pixels, TileOf<K>& tile) {
  const TileFunctions<K>& functions = find_tiles<K, Epilogue, kPixelStride>(panel);
  const Split tiles = K::kStoredTogether > 1 ? split_by_groups(run_pixels, functions.tallest, K::kStoredTogether)
                                             : split_evenly(run_pixels, functions.tallest);
  for (int i = 0; i < tiles.parts; ++i) {
    const int pixels = tiles.size(i);
    functions.by_pixels[static_cast<std::size_t>(pixels)](tile);
    tile.input += pixels * kPixelStride;
    if constexpr (std::same_as<Epilogue, typename K::Store>) move_outputs(tile, panel.width / K::kWidths.lanes, pixels);
  }
}

template <TileKernel K, class F = typename K::Format>
TileOf<K> make_tile(const PackedPointwise<F>& layer, const Panel<F>& panel, const PixelRun<typename F::Element>& run) {
  TileOf<K> tile{};
  tile.input = run.data;
  tile.chunk_stride = run.chunk_stride;
  tile.chunk_groups = run.chunk_elements / F::kGroup;
  tile.groups = layer.groups;
  tile.weight = panel.weight;
  tile.bias = panel.bias;
  tile.scale = panel.scale;
  tile.finish = &layer.finish;
  return tile;
}

template <TileKernel K, class F = typename K::Format, class Element = typename F::Element>
void compute_panel(const PackedPointwise<F>& layer, const Panel<F>& panel, const PixelRun<Element>& run, const Plane<Element>& output,
                   const Plane<Element>& maybe_residual) {
  TileOf<K> tile = make_tile<K>(layer, panel, run);
  point_at(tile, 0, panel.width / K::kWidths.lanes, K::kWidths.lanes, output, maybe_residual);
  switch (run.pixel_stride) {
    case 3: return run_tiles<K, typename K::Store, 3>(panel, run.pixels, tile);
    case 6: return run_tiles<K, typename K::Store, 6>(panel, run.pixels, tile);
    default: return run_tiles<K, typename K::Store, kBlockChannels>(panel, run.pixels, tile);
  }
}

template <TileKernel K, class F = typename K::Format>
void sum_panel(const PackedPointwise<F>& layer, const Panel<F>& panel, const PixelRun<typename F::Element>& run, typename F::Sum* sums) {
  TileOf<K> tile = make_tile<K>(layer, panel, run);
  tile.sums = sums;
  run_tiles<K, typename K::Sum, kBlockChannels>(panel, run.pixels, tile);
}

template <TileKernel K>
constexpr PointwiseKernel<typename K::Format> make_pointwise_kernel() {
  return {K::kWidths, &compute_panel<K>, &sum_panel<K>};
}

}  // namespace coulis::fused
