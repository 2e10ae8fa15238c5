#include "core/network/fused/bf16/depthwise.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "core/network/fused/bf16/rounding.hpp"
#include "core/network/fused/split.hpp"
#include "core/network/fused/unroll.hpp"

#if defined(__x86_64__)
namespace coulis::fused::bf16 {
namespace {

constexpr int kTilePixels = 14;

// Everything that does not change along a row of one channel block.
struct RowWindow {
  const Bfloat16* const* rows;
  const float* weight;  // [kernel * kernel, 16]
  const float* bias;    // [16]
  Clamp clamp;
};

struct OutputRow {
  int in_width;
  int out_width;
  int left_padding;
  Bfloat16* output;  // [out_width, 16]
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

// kPixels outputs; x: the first window's first column. The first kLeft and the last kRight columns under the windows are outside the row.
template <int kKernel, int kStride, int kPixels, int kLeft, int kRight>
COULIS_BF16 void convolve_tile(const RowWindow& window, int x, Bfloat16* output) {
  constexpr int kEnd = (kPixels - 1) * kStride + kKernel - kRight;
  const __m512i first = widening_indices(0);
  const __m512i second = widening_indices(kBlockChannels);
  __m512 sums[kPixels];
  COULIS_UNROLL
  for (int p = 0; p < kPixels; ++p) sums[p] = _mm512_load_ps(window.bias);
  for (int ky = 0; ky < kKernel; ++ky) {
    const Bfloat16* row = window.rows[ky];
    __m512 weights[kKernel];
    COULIS_UNROLL
    for (int kx = 0; kx < kKernel; ++kx) weights[kx] = _mm512_load_ps(window.weight + (ky * kKernel + kx) * kBlockChannels);
    COULIS_UNROLL
    for (int i = kLeft; i + 1 < kEnd; i += 2) {
      const __m512i pixels = _mm512_loadu_si512(row + (x + i) * kBlockChannels);
      add_column<kKernel, kStride, kPixels>(i, widen(pixels, first), weights, sums);
      add_column<kKernel, kStride, kPixels>(i + 1, widen(pixels, second), weights, sums);
    }
    if constexpr ((kEnd - kLeft) % 2 == 1) {
      add_column<kKernel, kStride, kPixels>(kEnd - 1, load_pixel(row + (x + kEnd - 1) * kBlockChannels), weights, sums);
    }
  }
  const RoundedClamp clamp(window.clamp);
  COULIS_UNROLL
  for (int p = 0; p + 1 < kPixels; p += 2) store_two_pixels(sums[p], sums[p + 1], clamp, output + p * kBlockChannels);
  if constexpr (kPixels % 2 == 1) store_pixel(sums[kPixels - 1], clamp, output + (kPixels - 1) * kBlockChannels);
}

using TileFunction = void (*)(const RowWindow& window, int x, Bfloat16* output);
using TileFunctions = std::array<TileFunction, kTilePixels + 1>;  // by the number of pixels

template <int kKernel, int kStride, int kLeft, int kRight, std::size_t... kIndex>
constexpr TileFunctions list_tiles(std::index_sequence<kIndex...>) {
  return {nullptr, &convolve_tile<kKernel, kStride, static_cast<int>(kIndex) + 1, kLeft, kRight>...};
}

template <int kKernel, int kStride, int kLeft, int kRight>
constexpr TileFunctions kTiles = list_tiles<kKernel, kStride, kLeft, kRight>(std::make_index_sequence<kTilePixels>());

template <int kKernel, int kStride>
const TileFunctions& find_tiles(bool left_outside, bool right_outside) {
  if constexpr (kKernel == 3) {
    if (left_outside) return right_outside ? kTiles<kKernel, kStride, 1, 1> : kTiles<kKernel, kStride, 1, 0>;
    if (right_outside) return kTiles<kKernel, kStride, 0, 1>;
  }
  return kTiles<kKernel, kStride, 0, 0>;
}

// One output whose window reaches over an end of the row.
template <int kKernel>
COULIS_BF16 void convolve_edge(const RowWindow& window, int x, int in_width, Bfloat16* output) {
  const int begin = std::max(0, -x);
  const int end = std::min(kKernel, in_width - x);
  __m512 sum = _mm512_load_ps(window.bias);
  for (int ky = 0; ky < kKernel; ++ky) {
    for (int kx = begin; kx < end; ++kx) {
      const __m512 weight = _mm512_load_ps(window.weight + (ky * kKernel + kx) * kBlockChannels);
      sum = _mm512_fmadd_ps(load_pixel(window.rows[ky] + (x + kx) * kBlockChannels), weight, sum);
    }
  }
  store_pixel(sum, RoundedClamp(window.clamp), output);
}

// Outputs [begin, end) in tiles of nearly equal width. left, right: the first, the last window reaches one column over the row.
template <int kKernel, int kStride>
void convolve_tiles(const RowWindow& window, const OutputRow& row, int begin, int end, bool left, bool right) {
  const Split tiles = split_evenly(end - begin, kTilePixels);
  for (int i = 0, x = begin; i < tiles.parts; ++i) {
    const int pixels = tiles.size(i);
    const TileFunctions& functions = find_tiles<kKernel, kStride>(left && i == 0, right && i == tiles.parts - 1);
    functions[static_cast<std::size_t>(pixels)](window, x * kStride - row.left_padding, row.output + x * kBlockChannels);
    x += pixels;
  }
}

// A kernel of 3 reaches over an end of its row by one column at most.
template <int kStride>
void convolve_row_3(const RowWindow& window, const OutputRow& row) {
  const int end_column = (row.out_width - 1) * kStride - row.left_padding + 3;
  convolve_tiles<3, kStride>(window, row, 0, row.out_width, row.left_padding > 0, end_column > row.in_width);
}

template <int kStride>
void convolve_row_5(const RowWindow& window, const OutputRow& row) {
  // Outputs [inside, inside_end) have their whole window in the row.
  const int inside = std::min(row.out_width, (row.left_padding + kStride - 1) / kStride);
  const int last_start = row.in_width - 5 + row.left_padding;
  const int inside_end = last_start < 0 ? inside : std::clamp(last_start / kStride + 1, inside, row.out_width);
  const auto convolve_end = [&](int x) {
    convolve_edge<5>(window, x * kStride - row.left_padding, row.in_width, row.output + x * kBlockChannels);
  };
  for (int x = 0; x < inside; ++x) convolve_end(x);
  convolve_tiles<5, kStride>(window, row, inside, inside_end, false, false);
  for (int x = inside_end; x < row.out_width; ++x) convolve_end(x);
}

}  // namespace

void compute_depthwise(const PackedDepthwise& layer, int block, const DepthwiseStrip<Bfloat16>& strip) {
  const int taps = layer.kernel * layer.kernel;
  RowWindow window{strip.rows, layer.weight + static_cast<std::ptrdiff_t>(block) * taps * kBlockChannels,
                   layer.bias + static_cast<std::ptrdiff_t>(block) * kBlockChannels, layer.clamp};
  OutputRow row{strip.in_width, strip.out_width, strip.left_padding, strip.output};
  for (int y = 0; y < strip.out_rows; ++y) {
    if (layer.kernel == 3) {
      layer.stride == 1 ? convolve_row_3<1>(window, row) : convolve_row_3<2>(window, row);
    } else {
      layer.stride == 1 ? convolve_row_5<1>(window, row) : convolve_row_5<2>(window, row);
    }
    window.rows += layer.stride;
    row.output += strip.out_width * kBlockChannels;
  }
}

}  // namespace coulis::fused::bf16
#endif
