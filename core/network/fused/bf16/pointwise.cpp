#include "core/network/fused/bf16/pointwise.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "core/network/fused/bf16/rounding.hpp"
#include "core/network/fused/unroll.hpp"

#if defined(__x86_64__)
namespace coulis::fused::bf16 {
namespace {

constexpr int kMaxPixels = 14;
constexpr int kPairLanes = 2 * kBlockChannels;  // bfloat16 in a vector

// The tallest tile whose sums, weights and one broadcast input stay in the 32 registers.
constexpr int max_pixels(int blocks) {
  return std::min(kMaxPixels, (31 - blocks) / blocks);
}

struct Tile {
  const Bfloat16* input;
  std::size_t chunk_stride;
  int chunk_pairs;
  int in_pairs;
  const Bfloat16* weight;
  const float* scale;
  const float* bias;
  Clamp clamp;
  bool clamps;
  Bfloat16* output[kMaxPanelBlocks];
  const Bfloat16* residual[kMaxPanelBlocks];  // null: none
  float* sums;
};

template <int kPixels, int kBlocks>
struct Sums {
  __m512 at[kPixels][kBlocks];
  __m256 half[kPixels];  // the last block's, while pairs are added up, if only its lower half has channels
};

COULIS_BF16_INLINE __m512i broadcast_pair(const Bfloat16* pair) {
  std::int32_t bits = 0;
  std::memcpy(&bits, pair, sizeof(bits));
  return _mm512_set1_epi32(bits);
}

// vdpbf16ps adds two products to each float32 sum. Whatever MXCSR says, it rounds to nearest even and takes denormals for zero.
template <int kPixels, int kBlocks, bool kHalf, int kPixelStride>
COULIS_BF16_INLINE void accumulate(const Bfloat16* __restrict input, const Bfloat16* __restrict weight, int pairs,
                                   Sums<kPixels, kBlocks>& sums) {
  constexpr int kWhole = kBlocks - (kHalf ? 1 : 0);
  for (int k = 0; k < pairs; ++k, weight += kBlocks * kPairLanes) {
    __m512i weights[kBlocks];
    COULIS_UNROLL
    for (int n = 0; n < kBlocks; ++n) weights[n] = _mm512_load_si512(weight + n * kPairLanes);
    COULIS_UNROLL
    for (int m = 0; m < kPixels; ++m) {
      const __m512i value = broadcast_pair(input + m * kPixelStride + 2 * k);
      COULIS_UNROLL
      for (int n = 0; n < kWhole; ++n) sums.at[m][n] = _mm512_dpbf16_ps(sums.at[m][n], (__m512bh)value, (__m512bh)weights[n]);
      if constexpr (kHalf) {
        sums.half[m] =
            _mm256_dpbf16_ps(sums.half[m], (__m256bh)_mm512_castsi512_si256(value), (__m256bh)_mm512_castsi512_si256(weights[kWhole]));
      }
    }
  }
}

template <int kPixels, int kBlocks>
COULIS_BF16_INLINE void scale_and_add_bias(const Tile& tile, Sums<kPixels, kBlocks>& sums) {
  COULIS_UNROLL
  for (int n = 0; n < kBlocks; ++n) {
    const __m512 scale = _mm512_load_ps(tile.scale + n * kBlockChannels);
    const __m512 bias = _mm512_load_ps(tile.bias + n * kBlockChannels);
    COULIS_UNROLL
    for (int m = 0; m < kPixels; ++m) sums.at[m][n] = _mm512_fmadd_ps(sums.at[m][n], scale, bias);
  }
}

template <int kPixels, int kBlocks, bool kHalf, int kPixelStride>
COULIS_BF16_INLINE void compute_sums(const Tile& tile, Sums<kPixels, kBlocks>& sums) {
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    COULIS_UNROLL
    for (int n = 0; n < kBlocks; ++n) sums.at[m][n] = _mm512_setzero_ps();
    sums.half[m] = _mm256_setzero_ps();
  }
  const Bfloat16* input = tile.input;
  const Bfloat16* weight = tile.weight;
  const int chunk_pairs = kPixelStride == kBlockChannels ? kBlockChannels / 2 : tile.chunk_pairs;
  int left = tile.in_pairs;
  for (; left >= chunk_pairs; left -= chunk_pairs) {
    accumulate<kPixels, kBlocks, kHalf, kPixelStride>(input, weight, chunk_pairs, sums);
    input += tile.chunk_stride;
    weight += chunk_pairs * kBlocks * kPairLanes;
  }
  accumulate<kPixels, kBlocks, kHalf, kPixelStride>(input, weight, left, sums);
  if constexpr (kHalf) {
    COULIS_UNROLL
    for (int m = 0; m < kPixels; ++m) sums.at[m][kBlocks - 1] = _mm512_zextps256_ps512(sums.half[m]);
  }
  scale_and_add_bias(tile, sums);
}

template <int kPixels, int kBlocks>
COULIS_BF16_INLINE void clamp(const Clamp& limits, Sums<kPixels, kBlocks>& sums) {
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    COULIS_UNROLL
    for (int n = 0; n < kBlocks; ++n) {
      sums.at[m][n] = _mm512_min_ps(_mm512_max_ps(sums.at[m][n], _mm512_set1_ps(limits.low)), _mm512_set1_ps(limits.high));
    }
  }
}

template <int kPixels, int kBlocks>
COULIS_BF16_INLINE void add_residual(const Tile& tile, Sums<kPixels, kBlocks>& sums) {
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    COULIS_UNROLL
    for (int n = 0; n < kBlocks; ++n) {
      sums.at[m][n] = _mm512_add_ps(sums.at[m][n], load_pixel(tile.residual[n] + m * kBlockChannels));
    }
  }
}

template <int kPixels, int kBlocks>
COULIS_BF16_INLINE void round_and_store(const Tile& tile, const Clamp& limits, const Sums<kPixels, kBlocks>& sums) {
  const RoundedClamp rounded_clamp(limits);
  COULIS_UNROLL
  for (int n = 0; n < kBlocks; ++n) {
    COULIS_UNROLL
    for (int m = 0; m + 1 < kPixels; m += 2) {
      store_two_pixels(sums.at[m][n], sums.at[m + 1][n], rounded_clamp, tile.output[n] + m * kBlockChannels);
    }
    if constexpr (kPixels % 2 == 1) {
      store_pixel(sums.at[kPixels - 1][n], rounded_clamp, tile.output[n] + (kPixels - 1) * kBlockChannels);
    }
  }
}

struct StoreTile {
  template <int kPixels, int kBlocks, bool kHalf, int kPixelStride>
  COULIS_BF16 static void run(const Tile& tile) {
    Sums<kPixels, kBlocks> sums;
    compute_sums<kPixels, kBlocks, kHalf, kPixelStride>(tile, sums);
    if (tile.residual[0] == nullptr) return round_and_store(tile, tile.clamp, sums);
    if (tile.clamps) clamp(tile.clamp, sums);
    add_residual(tile, sums);
    round_and_store(tile, Clamp{}, sums);
  }
};

struct SumTile {
  template <int kPixels, int kBlocks, bool kHalf, int kPixelStride>
  COULIS_BF16 static void run(const Tile& tile) {
    Sums<kPixels, kBlocks> sums;
    compute_sums<kPixels, kBlocks, kHalf, kPixelStride>(tile, sums);
    if (tile.clamps) clamp(tile.clamp, sums);
    COULIS_UNROLL
    for (int n = 0; n < kBlocks; ++n) {
      __m512 total = _mm512_load_ps(tile.sums + n * kBlockChannels);
      COULIS_UNROLL
      for (int m = 0; m < kPixels; ++m) total = _mm512_add_ps(total, sums.at[m][n]);
      _mm512_store_ps(tile.sums + n * kBlockChannels, total);
    }
  }
};

using TileFunction = void (*)(const Tile&);
using TileFunctions = std::array<TileFunction, kMaxPixels + 1>;  // by the number of pixels; null above max_pixels

template <class Epilogue, int kBlocks, bool kHalf, int kPixelStride, std::size_t... kIndex>
constexpr TileFunctions list_tiles(std::index_sequence<kIndex...>) {
  TileFunctions functions{};
  ((functions[kIndex + 1] = &Epilogue::template run<static_cast<int>(kIndex) + 1, kBlocks, kHalf, kPixelStride>), ...);
  return functions;
}

template <class Epilogue, int kBlocks, bool kHalf, int kPixelStride>
constexpr TileFunctions kTiles = list_tiles<Epilogue, kBlocks, kHalf, kPixelStride>(std::make_index_sequence<max_pixels(kBlocks)>());

template <class Epilogue, int kPixelStride>
const TileFunctions& find_tiles(const Panel& panel) {
  if (panel.half_last) return kTiles<Epilogue, 2, true, kPixelStride>;
  if (panel.blocks == 1) return kTiles<Epilogue, 1, false, kPixelStride>;
  if (panel.blocks == 2) return kTiles<Epilogue, 2, false, kPixelStride>;
  return kTiles<Epilogue, kMaxPanelBlocks, false, kPixelStride>;
}

Tile make_tile(const PackedPointwise& layer, const Panel& panel, const PixelRun<Bfloat16>& run) {
  Tile tile{};
  tile.input = run.data;
  tile.chunk_stride = run.chunk_stride;
  tile.chunk_pairs = run.chunk_elements / 2;
  tile.in_pairs = layer.in_pairs;
  tile.weight = panel.weight;
  tile.scale = panel.scale;
  tile.bias = panel.bias;
  tile.clamp = layer.clamp;
  tile.clamps = layer.clamp.low == 0;
  return tile;
}

// Calls visit(tile function, pixels) for tiles of nearly equal height: a ragged last one would be slow.
template <class Visit>
void for_each_tile(const TileFunctions& functions, int blocks, int pixels, const Visit& visit) {
  const int tallest = max_pixels(blocks);
  const int tiles = (pixels + tallest - 1) / tallest;
  for (int i = 0; i < tiles; ++i) {
    const int height = pixels / tiles + (i < pixels % tiles ? 1 : 0);
    visit(functions[static_cast<std::size_t>(height)], height);
  }
}

template <int kPixelStride>
void compute_strided_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<Bfloat16>& run, const Plane<Bfloat16>& output,
                           const Plane<Bfloat16>& maybe_residual) {
  Tile tile = make_tile(layer, panel, run);
  for (int n = 0; n < panel.blocks; ++n) {
    tile.output[n] = output.at(n, 0);
    if (maybe_residual.data != nullptr) tile.residual[n] = maybe_residual.at(n, 0);
  }
  for_each_tile(find_tiles<StoreTile, kPixelStride>(panel), panel.blocks, run.pixels, [&](TileFunction function, int pixels) {
    function(tile);
    tile.input += pixels * kPixelStride;
    for (int n = 0; n < panel.blocks; ++n) {
      tile.output[n] += pixels * kBlockChannels;
      if (tile.residual[n] != nullptr) tile.residual[n] += pixels * kBlockChannels;
    }
  });
}

}  // namespace

void compute_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<Bfloat16>& run, const Plane<Bfloat16>& output,
                   const Plane<Bfloat16>& maybe_residual) {
  switch (run.pixel_stride) {
    case 3: return compute_strided_panel<3>(layer, panel, run, output, maybe_residual);
    case 6: return compute_strided_panel<6>(layer, panel, run, output, maybe_residual);
    default: return compute_strided_panel<kBlockChannels>(layer, panel, run, output, maybe_residual);
  }
}

void sum_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<Bfloat16>& run, float* sums) {
  Tile tile = make_tile(layer, panel, run);
  tile.sums = sums;
  for_each_tile(find_tiles<SumTile, kBlockChannels>(panel), panel.blocks, run.pixels, [&](TileFunction function, int pixels) {
    function(tile);
    tile.input += pixels * kBlockChannels;
  });
}

}  // namespace coulis::fused::bf16
#endif
