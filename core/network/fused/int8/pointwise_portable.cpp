#include <algorithm>
#include <array>

#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/tiles.hpp"

namespace coulis::fused::int8 {
namespace {

constexpr TileShapes kShapes{.widths = kOneBlock, .most_pixels = 1};
using Tile = fused::Tile<Format, kShapes.widths.max>;
using Bytes = std::array<std::uint8_t, kBlockChannels>;

// One pixel's activations.
Bytes compute_pixel(const Tile& tile) {
  std::array<std::int32_t, kBlockChannels> sums;
  std::copy_n(tile.bias, kBlockChannels, sums.begin());
  const std::int8_t* weight = tile.weight;
  for (int quad = 0; quad < tile.groups; ++quad, weight += kBlockChannels * kQuad) {
    const std::uint8_t* input =
        tile.input + static_cast<std::size_t>(quad / tile.chunk_groups) * tile.chunk_stride + quad % tile.chunk_groups * kQuad;
    for (std::size_t c = 0; c < kBlockChannels; ++c) {
      const std::int8_t* w = weight + c * kQuad;
      sums[c] += input[0] * w[0] + input[1] * w[1] + input[2] * w[2] + input[3] * w[3];
    }
  }
  Bytes activations;
  for (std::size_t c = 0; c < kBlockChannels; ++c) activations[c] = requantise(sums[c], tile.scale[c], tile.finish.range);
  return activations;
}

struct StoreTile {
  template <int kPixels, int kVectors, bool kHalf, int kPixelStride>
  static void run(const Tile& tile) {
    Bytes activations = compute_pixel(tile);
    if (tile.residual[0] != nullptr) {
      for (std::size_t c = 0; c < kBlockChannels; ++c) activations[c] = add(tile.residual[0][c], activations[c], tile.finish.addition);
    }
    std::copy(activations.begin(), activations.end(), tile.output[0]);
  }
};

struct SumTile {
  template <int kPixels, int kVectors, bool kHalf, int kPixelStride>
  static void run(const Tile& tile) {
    const Bytes activations = compute_pixel(tile);
    for (std::size_t c = 0; c < kBlockChannels; ++c) tile.sums[c] += activations[c];
  }
};

}  // namespace

PointwiseKernel portable_pointwise() {
  return make_pointwise_kernel<TileKernel<Format, StoreTile, SumTile, kShapes>>();
}

}  // namespace coulis::fused::int8
