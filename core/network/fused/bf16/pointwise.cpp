#include "core/network/fused/bf16/pointwise.hpp"

#include <cstdint>
#include <cstring>

#include "core/network/fused/bf16/rounding.hpp"
#include "core/network/fused/tiles.hpp"
#include "core/network/fused/unroll.hpp"

#if defined(__x86_64__)
namespace coulis::fused::bf16 {
namespace {

constexpr int kPairLanes = 2 * kBlockChannels;  // bfloat16 in a vector
constexpr TileShapes kShapes{.has_halves = true};
using Tile = fused::Tile<Format, kShapes.widths.max>;

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
  const int chunk_pairs = kPixelStride == kBlockChannels ? kBlockChannels / 2 : tile.chunk_groups;
  int left = tile.groups;
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
    if (tile.residual[0] == nullptr) return round_and_store(tile, tile.finish, sums);
    if (tile.finish.clamps()) clamp(tile.finish, sums);
    add_residual(tile, sums);
    round_and_store(tile, Clamp{}, sums);
  }
};

struct SumTile {
  template <int kPixels, int kBlocks, bool kHalf, int kPixelStride>
  COULIS_BF16 static void run(const Tile& tile) {
    Sums<kPixels, kBlocks> sums;
    compute_sums<kPixels, kBlocks, kHalf, kPixelStride>(tile, sums);
    if (tile.finish.clamps()) clamp(tile.finish, sums);
    COULIS_UNROLL
    for (int n = 0; n < kBlocks; ++n) {
      __m512 total = _mm512_load_ps(tile.sums + n * kBlockChannels);
      COULIS_UNROLL
      for (int m = 0; m < kPixels; ++m) total = _mm512_add_ps(total, sums.at[m][n]);
      _mm512_store_ps(tile.sums + n * kBlockChannels, total);
    }
  }
};

}  // namespace

PointwiseKernel find_pointwise_kernel() {
  return make_pointwise_kernel<TileKernel<Format, StoreTile, SumTile, kShapes>>();
}

}  // namespace coulis::fused::bf16
#endif
