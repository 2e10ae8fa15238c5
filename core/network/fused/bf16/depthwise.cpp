#include "core/network/fused/bf16/depthwise.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/network/fused/bf16/rounding.hpp"
#include "core/network/fused/unroll.hpp"

namespace coulis::fused::bf16 {

#if defined(__x86_64__)
namespace {

constexpr int kTilePixels = 14;

// Everything that does not change along a row of one channel block.
struct RowWindow {
  const Bfloat16* const* rows;
  const float* weight;  // [kernel * kernel, 16]
  const float* bias;    // [16]
  Clamp clamp;
};

// Indices of words [first, first + 16) into the upper halves of 16 float32; the lower halves are masked away.
COULIS_BF16_INLINE __m512i widening_indices(int first) {
  const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  return _mm512_slli_epi32(_mm512_add_epi32(lanes, _mm512_set1_epi32(first)), 16);
}

COULIS_BF16_INLINE __m512 widen(__m512i pixels, __m512i indices) {
  return _mm512_castsi512_ps(_mm512_maskz_permutexvar_epi16(0xAAAAAAAA, indices, pixels));
}

// sums += the column's value, wherever it lies under an output's window.
template <int kKernel, int kStride, int kPixels>
COULIS_BF16_INLINE void add_column(int column, __m512 value, const __m512 (&weights)[kKernel], __m512 (&sums)[kPixels]) {
  COULIS_UNROLL
  for (int p = 0; p < kPixels; ++p) {
    const int kx = column - p * kStride;
    if (kx >= 0 && kx < kKernel) sums[p] = _mm512_fmadd_ps(value, weights[kx], sums[p]);
  }
}

// kPixels outputs whose windows lie inside the row; x: the first window's first column.
template <int kKernel, int kStride, int kPixels>
COULIS_BF16_INLINE void convolve_inside(const RowWindow& window, int x, Bfloat16* output) {
  constexpr int kColumns = (kPixels - 1) * kStride + kKernel;
  const __m512i first = widening_indices(0);
  const __m512i second = widening_indices(kBlockChannels);
  __m512 sums[kPixels];
  COULIS_UNROLL
  for (int p = 0; p < kPixels; ++p) sums[p] = _mm512_load_ps(window.bias);
  for (int ky = 0; ky < kKernel; ++ky) {
    const Bfloat16* input = window.rows[ky] + x * kBlockChannels;
    __m512 weights[kKernel];
    COULIS_UNROLL
    for (int kx = 0; kx < kKernel; ++kx) weights[kx] = _mm512_load_ps(window.weight + (ky * kKernel + kx) * kBlockChannels);
    COULIS_UNROLL
    for (int i = 0; i + 1 < kColumns; i += 2) {
      const __m512i pixels = _mm512_loadu_si512(input + i * kBlockChannels);
      add_column<kKernel, kStride, kPixels>(i, widen(pixels, first), weights, sums);
      add_column<kKernel, kStride, kPixels>(i + 1, widen(pixels, second), weights, sums);
    }
    if constexpr (kColumns % 2 == 1) {
      add_column<kKernel, kStride, kPixels>(kColumns - 1, load_pixel(input + (kColumns - 1) * kBlockChannels), weights, sums);
    }
  }
  const RoundedClamp clamp(window.clamp);
  COULIS_UNROLL
  for (int p = 0; p + 1 < kPixels; p += 2) store_two_pixels(sums[p], sums[p + 1], clamp, output + p * kBlockChannels);
  if constexpr (kPixels % 2 == 1) store_pixel(sums[kPixels - 1], clamp, output + (kPixels - 1) * kBlockChannels);
}

// One output whose window reaches over an end of the row: kTaps of its columns are inside, from `first` on.
template <int kKernel, int kTaps>
COULIS_BF16_INLINE void convolve_taps(const RowWindow& window, int x, int first, Bfloat16* output) {
  __m512 sum = _mm512_load_ps(window.bias);
  COULIS_UNROLL
  for (int ky = 0; ky < kKernel; ++ky) {
    const Bfloat16* input = window.rows[ky] + (x + first) * kBlockChannels;
    const float* weight = window.weight + (ky * kKernel + first) * kBlockChannels;
    COULIS_UNROLL
    for (int i = 0; i < kTaps; ++i) {
      sum = _mm512_fmadd_ps(load_pixel(input + i * kBlockChannels), _mm512_load_ps(weight + i * kBlockChannels), sum);
    }
  }
  store_pixel(sum, RoundedClamp(window.clamp), output);
}

template <int kKernel>
COULIS_BF16_INLINE void convolve_edge(const RowWindow& window, int x, int in_width, Bfloat16* output) {
  const int first = std::max(0, -x);
  switch (std::min(kKernel, in_width - x) - first) {
    case 1: return convolve_taps<kKernel, 1>(window, x, first, output);
    case 2: return convolve_taps<kKernel, 2>(window, x, first, output);
    case 3: return convolve_taps<kKernel, 3>(window, x, first, output);
    default: return convolve_taps<kKernel, 4>(window, x, first, output);
  }
}

template <int kKernel, int kStride>
COULIS_BF16 void convolve_tile(const RowWindow& window, int pixels, int x, Bfloat16* output) {
  switch (pixels) {
    case 1: return convolve_inside<kKernel, kStride, 1>(window, x, output);
    case 2: return convolve_inside<kKernel, kStride, 2>(window, x, output);
    case 3: return convolve_inside<kKernel, kStride, 3>(window, x, output);
    case 4: return convolve_inside<kKernel, kStride, 4>(window, x, output);
    case 5: return convolve_inside<kKernel, kStride, 5>(window, x, output);
    case 6: return convolve_inside<kKernel, kStride, 6>(window, x, output);
    case 7: return convolve_inside<kKernel, kStride, 7>(window, x, output);
    case 8: return convolve_inside<kKernel, kStride, 8>(window, x, output);
    case 9: return convolve_inside<kKernel, kStride, 9>(window, x, output);
    case 10: return convolve_inside<kKernel, kStride, 10>(window, x, output);
    case 11: return convolve_inside<kKernel, kStride, 11>(window, x, output);
    case 12: return convolve_inside<kKernel, kStride, 12>(window, x, output);
    case 13: return convolve_inside<kKernel, kStride, 13>(window, x, output);
    default: return convolve_inside<kKernel, kStride, kTilePixels>(window, x, output);
  }
}

template <int kKernel, int kStride>
COULIS_BF16 void convolve_row(const PackedDepthwise& layer, int block, const DepthwiseRow<Bfloat16>& row) {
  const float* weight = layer.weight + static_cast<std::size_t>(block) * kKernel * kKernel * kBlockChannels;
  const RowWindow window{row.rows, weight, layer.bias + static_cast<std::size_t>(block) * kBlockChannels, layer.clamp};
  // Outputs [inside, inside_end) have their whole window in the row.
  const int inside = std::min(row.out_width, (row.left_padding + kStride - 1) / kStride);
  const int last_start = row.in_width - kKernel + row.left_padding;
  const int inside_end = last_start < 0 ? inside : std::clamp(last_start / kStride + 1, inside, row.out_width);
  const auto start = [&row](int x) { return x * kStride - row.left_padding; };
  const auto output = [&row](int x) { return row.output + x * kBlockChannels; };
  for (int x = 0; x < inside; ++x) convolve_edge<kKernel>(window, start(x), row.in_width, output(x));
  const int tiles = (inside_end - inside + kTilePixels - 1) / kTilePixels;
  for (int i = 0, x = inside; i < tiles; ++i) {
    const int pixels = (inside_end - x + tiles - i - 1) / (tiles - i);  // of nearly equal width
    convolve_tile<kKernel, kStride>(window, pixels, start(x), output(x));
    x += pixels;
  }
  for (int x = inside_end; x < row.out_width; ++x) convolve_edge<kKernel>(window, start(x), row.in_width, output(x));
}

}  // namespace

void compute_depthwise_row(const PackedDepthwise& layer, int block, const DepthwiseRow<Bfloat16>& row) {
  if (layer.kernel == 3) return layer.stride == 1 ? convolve_row<3, 1>(layer, block, row) : convolve_row<3, 2>(layer, block, row);
  return layer.stride == 1 ? convolve_row<5, 1>(layer, block, row) : convolve_row<5, 2>(layer, block, row);
}

#else

void compute_depthwise_row(const PackedDepthwise&, int, const DepthwiseRow<Bfloat16>&) {}

#endif

}  // namespace coulis::fused::bf16
