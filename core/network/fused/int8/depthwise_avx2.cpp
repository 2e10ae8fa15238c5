#if defined(__x86_64__)
#include <cstddef>

#include "core/network/fused/int8/avx2.hpp"
#include "core/network/fused/int8/kernels.hpp"

namespace coulis::fused::int8 {
namespace {

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

// Taps in pairs; the partner of an odd last one is zeros.
template <int kKernel>
struct Window {
  static constexpr int kTaps = kKernel * kKernel;
  static constexpr int kPairs = (kTaps + 1) / 2;
  const std::uint8_t* const* rows;
  const std::uint8_t* zeros;
  int in_width;
  const OutputRange* range;
  Pair weights[kPairs];
  Pair bias;
  Pair scale;  // float
};

template <int kKernel>
COULIS_AVX2_INLINE Window<kKernel> make_window(const PackedDepthwise& layer, int block, const DepthwiseStrip<std::uint8_t>& strip) {
  using W = Window<kKernel>;
  W window;
  window.rows = strip.rows;
  window.zeros = strip.zeros;
  window.in_width = strip.in_width;
  window.range = &layer.range;
  const std::int8_t* weight = layer.weight + static_cast<std::ptrdiff_t>(block) * W::kTaps * kBlockChannels;
  for (int tap = 0; tap < W::kTaps; tap += 2) {
    const __m256i first = _mm256_cvtepi8_epi16(load_bytes(weight + tap * kBlockChannels));
    const bool has_partner = tap + 1 < W::kTaps;
    const __m256i second = has_partner ? _mm256_cvtepi8_epi16(load_bytes(weight + (tap + 1) * kBlockChannels)) : _mm256_setzero_si256();
    window.weights[tap / 2] = interleave(first, second);
  }
  const std::int32_t* bias = layer.bias + block * kBlockChannels;
  const float* scale = layer.scale + block * kBlockChannels;
  window.bias = {load_alternate(bias), load_alternate(bias + 4)};
  window.scale = {load_alternate(scale), load_alternate(scale + 4)};
  return window;
}

// 16 channels under a tap as int16. kEdge: the window reaches over an end of the row, where zeros are.
template <int kKernel, bool kEdge>
COULIS_AVX2_INLINE __m256i load_tap(const Window<kKernel>& window, int start, int tap) {
  if (tap == Window<kKernel>::kTaps) return _mm256_setzero_si256();
  const int column = start + tap % kKernel;
  const bool inside = !kEdge || (column >= 0 && column < window.in_width);
  const std::uint8_t* row = window.rows[tap / kKernel];
  return _mm256_cvtepu8_epi16(load_bytes(inside ? row + static_cast<std::ptrdiff_t>(column) * kBlockChannels : window.zeros));
}

// One output; its window starts at column `start`.
template <int kKernel, bool kEdge>
COULIS_AVX2_INLINE __m128i convolve(const Window<kKernel>& window, int start) {
  Pair sums = window.bias;
  COULIS_UNROLL
  for (int pair = 0; pair < Window<kKernel>::kPairs; ++pair) {
    const Pair input = interleave(load_tap<kKernel, kEdge>(window, start, 2 * pair), load_tap<kKernel, kEdge>(window, start, 2 * pair + 1));
    sums.first = _mm256_add_epi32(sums.first, _mm256_madd_epi16(input.first, window.weights[pair].first));
    sums.second = _mm256_add_epi32(sums.second, _mm256_madd_epi16(input.second, window.weights[pair].second));
  }
  const __m256i first = scale_and_round(sums.first, _mm256_castsi256_ps(window.scale.first));
  const __m256i second = scale_and_round(sums.second, _mm256_castsi256_ps(window.scale.second));
  return pack(_mm256_packs_epi32(first, second), *window.range);
}

template <int kKernel>
COULIS_AVX2 void convolve_strip(const PackedDepthwise& layer, int block, const DepthwiseStrip<std::uint8_t>& strip) {
  Window<kKernel> window = make_window<kKernel>(layer, block, strip);
  auto* output = reinterpret_cast<__m128i*>(strip.output);
  for (int y = 0; y < strip.out_rows; ++y, window.rows += layer.stride) {
    for (int x = 0; x < strip.out_width; ++x, ++output) {
      const int start = x * layer.stride - strip.left_padding;
      const bool inside = start >= 0 && start + kKernel <= strip.in_width;
      _mm_storeu_si128(output, inside ? convolve<kKernel, false>(window, start) : convolve<kKernel, true>(window, start));
    }
  }
}

void compute_strip(const PackedDepthwise& layer, int block, const DepthwiseStrip<std::uint8_t>& strip) {
  return layer.kernel == 3 ? convolve_strip<3>(layer, block, strip) : convolve_strip<5>(layer, block, strip);
}

}  // namespace

DepthwiseKernel avx2_depthwise() {
  return &compute_strip;
}

}  // namespace coulis::fused::int8
#endif
