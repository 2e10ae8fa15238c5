#if defined(__x86_64__)
#include <algorithm>
#include <array>

#include "core/network/fused/int8/avx2.hpp"
#include "core/network/fused/int8/kernels.hpp"

namespace coulis::fused::int8 {
namespace {

constexpr int kMaxTaps = 25;
constexpr int kMaxPairs = (kMaxTaps + 1) / 2;

// The taps of one output: where the 16 channels of each lie. Taps outside the row point to zeros.
using Taps = std::array<const std::uint8_t*, kMaxPairs * 2>;

alignas(16) constexpr std::uint8_t kZeros[kBlockChannels] = {};

void find_taps(const PackedDepthwise& layer, const DepthwiseRow<std::uint8_t>& row, int x, Taps& taps) {
  const int start = x * layer.stride - row.left_padding;
  std::size_t tap = 0;
  for (int ky = 0; ky < layer.kernel; ++ky) {
    for (int column = start; column < start + layer.kernel; ++column) {
      const bool inside = column >= 0 && column < row.in_width;
      taps[tap++] = inside ? row.rows[ky] + static_cast<std::ptrdiff_t>(column) * kBlockChannels : kZeros;
    }
  }
  taps[tap] = kZeros;  // the odd one's partner
}

// Two taps of 16 channels interleaved as int16, in the order that packing undoes: channels 0-3, 8-11 and 4-7, 12-15.
struct Pair {
  __m256i first, second;
};

COULIS_AVX2_INLINE Pair interleave(__m256i a, __m256i b) {
  return {_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)};
}

COULIS_AVX2_INLINE __m128i load_bytes(const void* bytes) {
  return _mm_loadu_si128(static_cast<const __m128i*>(bytes));
}

// Channels 0-3, 8-11 of 16 numbers of 32 bits; from +4 on 4-7, 12-15.
COULIS_AVX2_INLINE __m256i load_alternate(const void* numbers) {
  const auto* quads = static_cast<const __m128i*>(numbers);
  return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(quads)), _mm_loadu_si128(quads + 2), 1);
}

COULIS_AVX2 void load_weights(const std::int8_t* weight, int taps, Pair* pairs) {
  for (int tap = 0; tap < taps; tap += 2) {
    const __m256i a = _mm256_cvtepi8_epi16(load_bytes(weight + tap * kBlockChannels));
    const __m256i b = tap + 1 < taps ? _mm256_cvtepi8_epi16(load_bytes(weight + (tap + 1) * kBlockChannels)) : _mm256_setzero_si256();
    pairs[tap / 2] = interleave(a, b);
  }
}

COULIS_AVX2 void compute_row(const PackedDepthwise& layer, int block, const DepthwiseRow<std::uint8_t>& row) {
  const int count = layer.kernel * layer.kernel;
  const std::int32_t* bias = layer.bias + block * kBlockChannels;
  const float* scale = layer.scale + block * kBlockChannels;
  Pair weights[kMaxPairs];
  load_weights(layer.weight + static_cast<std::ptrdiff_t>(block) * count * kBlockChannels, count, weights);
  Taps taps{};
  for (int x = 0; x < row.out_width; ++x) {
    find_taps(layer, row, x, taps);
    Pair sums{load_alternate(bias), load_alternate(bias + 4)};
    for (int pair = 0; pair < (count + 1) / 2; ++pair) {
      const auto tap = static_cast<std::size_t>(pair) * 2;
      const Pair input = interleave(_mm256_cvtepu8_epi16(load_bytes(taps[tap])), _mm256_cvtepu8_epi16(load_bytes(taps[tap + 1])));
      sums.first = _mm256_add_epi32(sums.first, _mm256_madd_epi16(input.first, weights[pair].first));
      sums.second = _mm256_add_epi32(sums.second, _mm256_madd_epi16(input.second, weights[pair].second));
    }
    const __m256i first = scale_and_round(sums.first, _mm256_castsi256_ps(load_alternate(scale)));
    const __m256i second = scale_and_round(sums.second, _mm256_castsi256_ps(load_alternate(scale + 4)));
    const __m128i bytes = pack(_mm256_packs_epi32(first, second), layer.range);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(row.output + static_cast<std::ptrdiff_t>(x) * kBlockChannels), bytes);
  }
}

}  // namespace

DepthwiseKernel avx2_depthwise() {
  return &compute_row;
}

}  // namespace coulis::fused::int8
#endif
