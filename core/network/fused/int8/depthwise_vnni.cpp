#if defined(__x86_64__)
#include <array>
#include <cstddef>

#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/int8/vnni.hpp"

namespace coulis::fused::int8 {
namespace {

constexpr int kColumns = 4;  // of 16 channels, in one vector: the taps of one dot product
constexpr int kGroup = 4;    // outputs of one store

// Columns in a row's direction are taken in steps of kColumns; a kernel of 5 takes two.
constexpr int steps_of(int kernel) {
  return (kernel + kColumns - 1) / kColumns;
}

// [4 columns, 16 channels] -> [16 channels, 4 columns]
COULIS_VNNI_INLINE __m512i transpose(__m512i columns) {
  alignas(kCacheLineBytes) static constexpr auto kOrder = [] {
    std::array<std::uint8_t, kCacheLineBytes> order{};
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::uint8_t>(i % kColumns * kBlockChannels + i / kColumns);
    return order;
  }();
  return _mm512_permutexvar_epi8(_mm512_load_si512(kOrder.data()), columns);
}

// The first `bytes` of a vector; none below 0, all above 64.
COULIS_VNNI_INLINE __mmask64 mask_first(int bytes) {
  return bytes >= 64 ? ~0ULL : bytes <= 0 ? 0ULL : (1ULL << bytes) - 1;
}

// Columns from `column` on; those outside the row are zeros, and are not read.
template <bool kEdge>
COULIS_VNNI_INLINE __m512i load_columns(const std::uint8_t* row, int column, int in_width) {
  const std::uint8_t* data = row + static_cast<std::ptrdiff_t>(column) * kBlockChannels;
  if (!kEdge) return transpose(_mm512_loadu_si512(data));
  const __mmask64 inside = mask_first((in_width - column) * kBlockChannels) & ~mask_first(-column * kBlockChannels);
  return transpose(_mm512_maskz_loadu_epi8(inside, data));
}

// Everything that does not change along a row.
template <int kKernel>
struct Window {
  const std::uint8_t* const* rows;
  int in_width;
  __m512i weights[kKernel][steps_of(kKernel)];  // [16 channels, 4 columns]
  Sums bias;
  __m512 scale;
  VectorRange range;
};

template <int kKernel>
COULIS_VNNI_INLINE Window<kKernel> make_window(const PackedDepthwise& layer, int block, const DepthwiseRow<std::uint8_t>& row) {
  Window<kKernel> window;
  window.rows = row.rows;
  window.in_width = row.in_width;
  const std::int8_t* weight = layer.weight + static_cast<std::size_t>(block) * kKernel * kKernel * kBlockChannels;
  COULIS_UNROLL
  for (int ky = 0; ky < kKernel; ++ky) {
    for (int step = 0; step < steps_of(kKernel); ++step) {
      const __mmask64 inside = mask_first((kKernel - step * kColumns) * kBlockChannels);
      window.weights[ky][step] = transpose(_mm512_maskz_loadu_epi8(inside, weight + (ky * kKernel + step * kColumns) * kBlockChannels));
    }
  }
  window.bias = *reinterpret_cast<const Sums*>(layer.bias + block * kBlockChannels);
  window.scale = _mm512_load_ps(layer.scale + block * kBlockChannels);
  window.range = broadcast(layer.range);
  return window;
}

// Four outputs; the first one's window starts at `column`.
template <int kKernel, int kStride, bool kEdge>
COULIS_VNNI_INLINE __m512i convolve(const Window<kKernel>& window, int column) {
  Sums sums[kGroup] = {window.bias, window.bias, window.bias, window.bias};
  COULIS_UNROLL
  for (int ky = 0; ky < kKernel; ++ky) {
    const std::uint8_t* row = window.rows[ky];
    if constexpr (kKernel == 3 && kStride == 1) {
      // Four columns hold two windows: weights moved on by one column give the second.
      const __m512i weights = window.weights[ky][0];
      const __m512i next_weights = _mm512_slli_epi32(weights, 8);
      COULIS_UNROLL
      for (int i = 0; i < kGroup; i += 2) {
        const __m512i columns = load_columns<kEdge>(row, column + i, window.in_width);
        sums[i] = add_products(sums[i], columns, weights);
        sums[i + 1] = add_products(sums[i + 1], columns, next_weights);
      }
    } else {
      for (int step = 0; step < steps_of(kKernel); ++step) {
        COULIS_UNROLL
        for (int i = 0; i < kGroup; ++i) {
          const __m512i columns = load_columns<kEdge>(row, column + i * kStride + step * kColumns, window.in_width);
          sums[i] = add_products(sums[i], columns, window.weights[ky][step]);
        }
      }
    }
  }
  __m512i outputs[kGroup];
  COULIS_UNROLL
  for (int i = 0; i < kGroup; ++i) outputs[i] = scale_and_round(sums[i], window.scale);
  return pack(outputs, window.range);
}

template <int kKernel, int kStride>
COULIS_VNNI void convolve_row(const PackedDepthwise& layer, int block, const DepthwiseRow<std::uint8_t>& row) {
  const Window<kKernel> window = make_window<kKernel>(layer, block, row);
  constexpr bool kPairs = kKernel == 3 && kStride == 1;
  constexpr int kReach = kPairs ? kGroup - 2 + kColumns : (kGroup - 1) * kStride + steps_of(kKernel) * kColumns;  // columns that are read
  for (int x = 0; x < row.out_width; x += kGroup) {
    const int column = x * kStride - row.left_padding;
    std::uint8_t* output = row.output + static_cast<std::ptrdiff_t>(x) * kBlockChannels;
    if (column >= 0 && column + kReach <= row.in_width && x + kGroup <= row.out_width) {
      _mm512_storeu_si512(output, convolve<kKernel, kStride, false>(window, column));
    } else {
      store_pixels(convolve<kKernel, kStride, true>(window, column), row.out_width - x, output);
    }
  }
}

void compute_row(const PackedDepthwise& layer, int block, const DepthwiseRow<std::uint8_t>& row) {
  if (layer.kernel == 3) return layer.stride == 1 ? convolve_row<3, 1>(layer, block, row) : convolve_row<3, 2>(layer, block, row);
  return layer.stride == 1 ? convolve_row<5, 1>(layer, block, row) : convolve_row<5, 2>(layer, block, row);
}

}  // namespace

DepthwiseKernel vnni_depthwise() {
  return &compute_row;
}

}  // namespace coulis::fused::int8
#endif
