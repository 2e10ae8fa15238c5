#if defined(__x86_64__)
#include <algorithm>
#include <cstring>

#include "core/network/fused/int8/avx2.hpp"
#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/tiles.hpp"

namespace coulis::fused::int8 {
namespace {

constexpr int kLanes = 8;  // int32 in a vector; a block takes two
constexpr TileShapes kShapes{.widths = kOneBlock, .most_pixels = 4};
using Tile = fused::Tile<Format, kShapes.widths.max>;

struct Sums {
  __m256i low, high;  // channels 0 to 7, 8 to 15
};

// Bytes 0, 2 and bytes 1, 3 of each quad as pairs of int16: what the exact instruction for 16 bits multiplies and adds.
struct Pairs {
  __m256i even, odd;
};

COULIS_AVX2_INLINE Pairs split_unsigned(__m256i quads) {
  return {_mm256_and_si256(quads, _mm256_set1_epi16(0xFF)), _mm256_srli_epi16(quads, 8)};
}

COULIS_AVX2_INLINE Pairs split_signed(const std::int8_t* quads) {
  const __m256i bytes = _mm256_load_si256(reinterpret_cast<const __m256i*>(quads));
  return {_mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8), _mm256_srai_epi16(bytes, 8)};
}

COULIS_AVX2_INLINE __m256i add_products(__m256i sums, const Pairs& input, const Pairs& weights) {
  const __m256i even = _mm256_madd_epi16(input.even, weights.even);
  return _mm256_add_epi32(_mm256_add_epi32(sums, even), _mm256_madd_epi16(input.odd, weights.odd));
}

COULIS_AVX2_INLINE __m256i broadcast_quad(const std::uint8_t* input) {
  std::int32_t quad = 0;
  std::memcpy(&quad, input, sizeof quad);
  return _mm256_set1_epi32(quad);
}

template <int kPixels, int kPixelStride>
COULIS_AVX2_INLINE void compute_sums(const Tile& tile, Sums (&sums)[kPixels]) {
  COULIS_UNROLL
  for (Sums& sum : sums) {
    sum.low = _mm256_load_si256(reinterpret_cast<const __m256i*>(tile.bias));
    sum.high = _mm256_load_si256(reinterpret_cast<const __m256i*>(tile.bias + kLanes));
  }
  const std::int8_t* weight = tile.weight;
  const std::uint8_t* chunk = tile.input;
  for (int left = tile.groups; left > 0; left -= tile.chunk_groups, chunk += tile.chunk_stride) {
    const int quads = std::min(left, tile.chunk_groups);
    for (int quad = 0; quad < quads; ++quad, weight += kBlockChannels * kQuad) {
      const Pairs low = split_signed(weight);
      const Pairs high = split_signed(weight + kLanes * kQuad);
      COULIS_UNROLL
      for (int m = 0; m < kPixels; ++m) {
        const Pairs input = split_unsigned(broadcast_quad(chunk + m * kPixelStride + quad * kQuad));
        sums[m].low = add_products(sums[m].low, input, low);
        sums[m].high = add_products(sums[m].high, input, high);
      }
    }
  }
}

// -> 16 bytes, in order
COULIS_AVX2_INLINE __m128i requantise(const Sums& sums, const float* scale, const OutputRange& range) {
  const __m256i low = scale_and_round(sums.low, _mm256_load_ps(scale));
  const __m256i high = scale_and_round(sums.high, _mm256_load_ps(scale + kLanes));
  return pack(_mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xD8), range);
}

COULIS_AVX2_INLINE __m256i add_eight(__m128i input, __m128i output, const Addition& rule) {
  const __m256i products = _mm256_add_epi32(_mm256_mullo_epi32(_mm256_cvtepu8_epi32(input), _mm256_set1_epi32(rule.input_multiplier)),
                                            _mm256_mullo_epi32(_mm256_cvtepu8_epi32(output), _mm256_set1_epi32(rule.output_multiplier)));
  return _mm256_sra_epi32(_mm256_add_epi32(products, _mm256_set1_epi32(rule.bias)), _mm_cvtsi32_si128(rule.shift));
}

COULIS_AVX2_INLINE __m128i add_residual(__m128i output, const std::uint8_t* residual, const Addition& rule) {
  const __m128i input = _mm_loadu_si128(reinterpret_cast<const __m128i*>(residual));
  const __m256i low = add_eight(input, output, rule);
  const __m256i high = add_eight(_mm_srli_si128(input, kLanes), _mm_srli_si128(output, kLanes), rule);
  const __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(low, high), 0xD8);
  return pack(words, {static_cast<std::uint8_t>(rule.zero_point), 0, 255});
}

struct StoreTile {
  template <int kPixels, int kVectors, bool kHalf, int kPixelStride>
  COULIS_AVX2 static void run(const Tile& tile) {
    Sums sums[kPixels];
    compute_sums<kPixels, kPixelStride>(tile, sums);
    for (int m = 0; m < kPixels; ++m) {
      __m128i bytes = requantise(sums[m], tile.scale, tile.finish.range);
      if (tile.residual[0] != nullptr) bytes = add_residual(bytes, tile.residual[0] + m * kBlockChannels, tile.finish.addition);
      _mm_storeu_si128(reinterpret_cast<__m128i*>(tile.output[0] + m * kBlockChannels), bytes);
    }
  }
};

struct SumTile {
  template <int kPixels, int kVectors, bool kHalf, int kPixelStride>
  COULIS_AVX2 static void run(const Tile& tile) {
    Sums sums[kPixels];
    compute_sums<kPixels, kPixelStride>(tile, sums);
    for (int m = 0; m < kPixels; ++m) {
      std::uint8_t activations[kBlockChannels];
      _mm_storeu_si128(reinterpret_cast<__m128i*>(activations), requantise(sums[m], tile.scale, tile.finish.range));
      for (int c = 0; c < kBlockChannels; ++c) tile.sums[c] += activations[c];
    }
  }
};

}  // namespace

PointwiseKernel avx2_pointwise() {
  return make_pointwise_kernel<TileKernel<Format, StoreTile, SumTile, kShapes>>();
}

}  // namespace coulis::fused::int8
#endif
