#if defined(__x86_64__)
#include <algorithm>
#include <cstring>

#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/int8/vnni.hpp"
#include "core/network/fused/tiles.hpp"

namespace coulis::fused::int8 {
namespace {

constexpr int kBlockQuads = kBlockChannels / kQuad;
constexpr int kGroup = 4;  // pixels of one store
constexpr TileShapes kShapes{.stored_together = kGroup};
using Tile = fused::Tile<Format, kShapes.widths.max>;

COULIS_VNNI_INLINE __m512i broadcast_quad(const std::uint8_t* input) {
  std::int32_t quad = 0;
  std::memcpy(&quad, input, sizeof quad);
  return _mm512_set1_epi32(quad);
}

template <int kPixels, int kVectors, int kPixelStride>
COULIS_VNNI_INLINE void accumulate_quad(const std::uint8_t* input, const std::int8_t* weight, Sums (&sums)[kPixels][kVectors]) {
  __m512i weights[kVectors];
  COULIS_UNROLL
  for (int n = 0; n < kVectors; ++n) weights[n] = _mm512_load_si512(weight + n * kCacheLineBytes);
  COULIS_UNROLL
  for (int m = 0; m < kPixels; ++m) {
    const __m512i quad = broadcast_quad(input + m * kPixelStride);
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) sums[m][n] = add_products(sums[m][n], quad, weights[n]);
  }
}

// The weights of the late layers together are larger than the second cache, and each is needed once per image.
template <int kVectors>
COULIS_VNNI_INLINE void prefetch(const std::int8_t* weight) {
  COULIS_UNROLL
  for (int n = 0; n < kVectors; ++n) _mm_prefetch(reinterpret_cast<const char*>(weight + n * kCacheLineBytes), _MM_HINT_T0);
}

template <int kPixels, int kVectors, int kPixelStride>
COULIS_VNNI_INLINE void compute_sums(const Tile& tile, Sums (&sums)[kPixels][kVectors]) {
  COULIS_UNROLL
  for (int n = 0; n < kVectors; ++n) {
    COULIS_UNROLL
    for (int m = 0; m < kPixels; ++m) sums[m][n] = *reinterpret_cast<const Sums*>(tile.bias + n * kBlockChannels);
  }
  const std::uint8_t* input = tile.input;
  const std::int8_t* weight = tile.weight;
  const int chunk_quads = kPixelStride == kBlockChannels ? kBlockQuads : tile.chunk_groups;
  const std::size_t to_next_chunk = tile.chunk_stride - static_cast<std::size_t>(chunk_quads * kQuad);
  int left_in_chunk = chunk_quads;
  const std::size_t to_next_panel = static_cast<std::size_t>(tile.groups + 2) * kVectors * kCacheLineBytes;  // after bias and scales
  // One flat loop: where GCC 12 sees two, it keeps sums in memory between them.
  for (int left = tile.groups; left > 0; --left, weight += kVectors * kCacheLineBytes) {
    accumulate_quad<kPixels, kVectors, kPixelStride>(input, weight, sums);
    prefetch<kVectors>(weight + to_next_panel);
    input += kQuad;
    if (--left_in_chunk == 0) {
      left_in_chunk = chunk_quads;
      input += to_next_chunk;
    }
  }
}

// activations, int32 without their zero point -> the sum with the residual, int32 without its zero point.
COULIS_VNNI_INLINE __m512i add_residual(__m512i activations, const OutputRange& range, const std::uint8_t* residual, const Addition& rule) {
  const __m512i unclamped = _mm512_add_epi32(activations, _mm512_set1_epi32(range.zero_point));
  const __m512i output = _mm512_min_epi32(_mm512_max_epi32(unclamped, _mm512_set1_epi32(range.low)), _mm512_set1_epi32(range.high));
  const __m512i input = _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(residual)));
  const __m512i products = _mm512_add_epi32(_mm512_mullo_epi32(input, _mm512_set1_epi32(rule.input_multiplier)),
                                            _mm512_mullo_epi32(output, _mm512_set1_epi32(rule.output_multiplier)));
  return _mm512_sra_epi32(_mm512_add_epi32(products, _mm512_set1_epi32(rule.bias)), _mm_cvtsi32_si128(rule.shift));
}

template <bool kAdds, int kPixels, int kVectors>
COULIS_VNNI_INLINE void finish(const Tile& tile, const Finish& finish, const Sums (&sums)[kPixels][kVectors]) {
  const VectorRange range = broadcast(kAdds ? OutputRange{static_cast<std::uint8_t>(finish.addition.zero_point), 0, 255} : finish.range);
  COULIS_UNROLL
  for (int n = 0; n < kVectors; ++n) {
    const __m512 scale = _mm512_load_ps(tile.scale + n * kBlockChannels);
    COULIS_UNROLL
    for (int first = 0; first < kPixels; first += kGroup) {
      __m512i pixels[kGroup];
      COULIS_UNROLL
      for (int i = 0; i < kGroup; ++i) {
        const int m = std::min(first + i, kPixels - 1);
        pixels[i] = scale_and_round(sums[m][n], scale);
        if (kAdds) pixels[i] = add_residual(pixels[i], finish.range, tile.residual[n] + m * kBlockChannels, finish.addition);
      }
      store_pixels(pack(pixels, range), kPixels - first, tile.output[n] + first * kBlockChannels);
    }
  }
}

struct StoreTile {
  template <int kPixels, int kVectors, bool kHalf, int kPixelStride>
  COULIS_VNNI static void run(const Tile& tile) {
    Sums sums[kPixels][kVectors];
    compute_sums<kPixels, kVectors, kPixelStride>(tile, sums);
    const bool is_stem = kPixelStride != kBlockChannels;  // which adds nothing
    if (is_stem || tile.residual[0] == nullptr) return finish<false>(tile, tile.finish, sums);
    finish<true>(tile, tile.finish, sums);
  }
};

struct SumTile {
  template <int kPixels, int kVectors, bool kHalf, int kPixelStride>
  COULIS_VNNI static void run(const Tile& tile) {
    Sums sums[kPixels][kVectors];
    compute_sums<kPixels, kVectors, kPixelStride>(tile, sums);
    const OutputRange& range = tile.finish.range;
    const __m512i zero_point = _mm512_set1_epi32(range.zero_point);
    const __m512i low = _mm512_set1_epi32(range.low);
    const __m512i high = _mm512_set1_epi32(range.high);
    COULIS_UNROLL
    for (int n = 0; n < kVectors; ++n) {
      const __m512 scale = _mm512_load_ps(tile.scale + n * kBlockChannels);
      __m512i total = _mm512_loadu_si512(tile.sums + n * kBlockChannels);
      COULIS_UNROLL
      for (int m = 0; m < kPixels; ++m) {
        const __m512i activations = _mm512_add_epi32(scale_and_round(sums[m][n], scale), zero_point);
        total = _mm512_add_epi32(total, _mm512_min_epi32(_mm512_max_epi32(activations, low), high));
      }
      _mm512_storeu_si512(tile.sums + n * kBlockChannels, total);
    }
  }
};

}  // namespace

PointwiseKernel vnni_pointwise() {
  return make_pointwise_kernel<TileKernel<Format, StoreTile, SumTile, kShapes>>();
}

}  // namespace coulis::fused::int8
#endif
