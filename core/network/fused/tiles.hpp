// The tile machine: how a pointwise kernel walks through a panel and a run of pixels. The inner loops are the kernel's own.
//
// A tile is a few pixels of a panel, whose sums stay in registers. So its shape is fixed at compile time: a kernel has a function for
// each shape, and the machine picks them by the panel's width and the number of pixels.
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

// The shapes that a kernel's tiles may have.
struct TileShapes {
  PanelWidths widths = {};
  int registers = 32;
  int most_pixels = kMaxTilePixels;
  bool has_halves = false;  // Store also takes vectors of which only the lower half has channels
  int stored_together = 1;  // pixels

  // The most pixels whose sums stay in registers, beside the weights and one broadcast input.
  constexpr int tallest(int vectors) const { return std::min(most_pixels, (registers - 1 - vectors) / vectors); }
};

template <NumberFormat F, int kMaxVectors>
struct Tile {
  const typename F::Element* input;
  std::size_t chunk_stride;
  int chunk_groups;
  int groups;
  const typename F::Weight* weight;
  const typename F::Sum* bias;
  const float* scale;
  typename F::Finish finish;
  typename F::Element* output[kMaxVectors];          // of Store
  const typename F::Element* residual[kMaxVectors];  // of Store; null: none
  typename F::Sum* sums;                             // of Sum
};

// The inner loops of a tile. kHalf: only the lower half of the last vector has channels. kPixelStride: that of the run.
template <class Loops, class Tile, int kVectors>
concept TileLoops = requires(const Tile& tile) {
  Loops::template run<1, kVectors, /*kHalf=*/false, /*kPixelStride=*/kBlockChannels>(tile);
};

// A kernel for one SIMD target: Store writes the activations of a tile, Sum adds them up over its pixels.
template <NumberFormat F, class StoreLoops, class SumLoops, TileShapes kTileShapes>
struct TileKernel {
  using Format = F;
  using Tile = fused::Tile<F, kTileShapes.widths.max>;
  using Store = StoreLoops;
  using Sum = SumLoops;
  static constexpr TileShapes kShapes = kTileShapes;
  static_assert(TileLoops<Store, Tile, kShapes.widths.max> && TileLoops<Sum, Tile, kShapes.widths.max>);
  static_assert(kShapes.widths.min == kShapes.widths.max || (kShapes.widths.min == 1 && kShapes.widths.max == 3));
};

template <class Tile>
struct TileFunctions {
  int tallest = 0;
  std::array<void (*)(const Tile&), kMaxTilePixels + 1> by_pixels{};
};

template <class Tile, class Loops, int kVectors, bool kHalf, int kPixelStride, std::size_t... kIndex>
constexpr TileFunctions<Tile> list_tiles(std::index_sequence<kIndex...>) {
  return {sizeof...(kIndex), {nullptr, &Loops::template run<static_cast<int>(kIndex) + 1, kVectors, kHalf, kPixelStride>...}};
}

template <class Kernel, class Loops, int kVectors, bool kHalf, int kPixelStride>
constexpr TileFunctions<typename Kernel::Tile> kTiles = list_tiles<typename Kernel::Tile, Loops, kVectors, kHalf, kPixelStride>(
    std::make_index_sequence<static_cast<std::size_t>(Kernel::kShapes.tallest(kVectors))>());

template <class Kernel, class Loops, int kPixelStride>
const TileFunctions<typename Kernel::Tile>& find_tiles(const Panel<typename Kernel::Format>& panel) {
  constexpr PanelWidths kWidths = Kernel::kShapes.widths;
  if constexpr (Kernel::kShapes.has_halves && std::same_as<Loops, typename Kernel::Store>) {
    const bool half = panel.width == 2 * kWidths.lanes && 2 * panel.channels <= 3 * kWidths.lanes;
    if (half) return kTiles<Kernel, Loops, 2, true, kPixelStride>;
  }
  if constexpr (kWidths.min < kWidths.max) {
    if (panel.width == kWidths.lanes) return kTiles<Kernel, Loops, 1, false, kPixelStride>;
    if (panel.width == 2 * kWidths.lanes) return kTiles<Kernel, Loops, 2, false, kPixelStride>;
  }
  return kTiles<Kernel, Loops, kWidths.max, false, kPixelStride>;
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

template <class Kernel, class Loops, int kPixelStride>
void run_tiles(const Panel<typename Kernel::Format>& panel, int run_pixels, typename Kernel::Tile& tile) {
  constexpr TileShapes kShapes = Kernel::kShapes;
  const auto& functions = find_tiles<Kernel, Loops, kPixelStride>(panel);
  const Split tiles = kShapes.stored_together > 1 ? split_by_groups(run_pixels, functions.tallest, kShapes.stored_together)
                                                  : split_evenly(run_pixels, functions.tallest);
  for (int i = 0; i < tiles.parts; ++i) {
    const int pixels = tiles.size(i);
    functions.by_pixels[static_cast<std::size_t>(pixels)](tile);
    tile.input += pixels * kPixelStride;
    if constexpr (std::same_as<Loops, typename Kernel::Store>) move_outputs(tile, panel.width / kShapes.widths.lanes, pixels);
  }
}

template <class Kernel, NumberFormat F>
typename Kernel::Tile make_tile(const PackedPointwise<F>& layer, const Panel<F>& panel, const PixelRun<typename F::Element>& run) {
  typename Kernel::Tile tile{};
  tile.input = run.data;
  tile.chunk_stride = run.chunk_stride;
  tile.chunk_groups = run.chunk_elements / F::kGroup;
  tile.groups = layer.groups;
  tile.weight = panel.weight;
  tile.bias = panel.bias;
  tile.scale = panel.scale;
  tile.finish = layer.finish;
  return tile;
}

template <class Kernel, NumberFormat F, class Element>
void compute_panel(const PackedPointwise<F>& layer, const Panel<F>& panel, const PixelRun<Element>& run, const Plane<Element>& output,
                   const Plane<Element>& maybe_residual) {
  constexpr int kLanes = Kernel::kShapes.widths.lanes;
  typename Kernel::Tile tile = make_tile<Kernel>(layer, panel, run);
  point_at(tile, 0, panel.width / kLanes, kLanes, output, maybe_residual);
  switch (run.pixel_stride) {
    case 3: return run_tiles<Kernel, typename Kernel::Store, 3>(panel, run.pixels, tile);
    case 6: return run_tiles<Kernel, typename Kernel::Store, 6>(panel, run.pixels, tile);
    default: return run_tiles<Kernel, typename Kernel::Store, kBlockChannels>(panel, run.pixels, tile);
  }
}

template <class Kernel, NumberFormat F>
void sum_panel(const PackedPointwise<F>& layer, const Panel<F>& panel, const PixelRun<typename F::Element>& run, typename F::Sum* sums) {
  typename Kernel::Tile tile = make_tile<Kernel>(layer, panel, run);
  tile.sums = sums;
  run_tiles<Kernel, typename Kernel::Sum, kBlockChannels>(panel, run.pixels, tile);
}

template <class Kernel, class F = typename Kernel::Format>
constexpr PointwiseKernel<F> make_pointwise_kernel() {
  return {Kernel::kShapes.widths, &compute_panel<Kernel, F, typename F::Element>, &sum_panel<Kernel, F>};
}

}  // namespace coulis::fused
