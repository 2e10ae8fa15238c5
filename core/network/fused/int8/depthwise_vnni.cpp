#if defined(__x86_64__)
#include <algorithm>
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

// The bytes of the first `columns` of a vector; none below 0, all above 4.
COULIS_VNNI_INLINE __mmask64 mask_first(int columns) {
  constexpr __mmask64 kMasks[kColumns + 1] = {0, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFFFFFF, ~0ULL};
  return kMasks[std::clamp(columns, 0, kColumns)];
}

// What does not change along a row; all but `rows` does not along a strip.
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
COULIS_VNNI_INLINE Window<kKernel> make_window(const PackedDepthwise& layer, int block, const DepthwiseStrip<std::uint8_t>& strip) {
  Window<kKernel> window;
  window.rows = strip.rows;
  window.in_width = strip.in_width;
  const std::int8_t* weight = layer.weight + static_cast<std::size_t>(block) * kKernel * kKernel * kBlockChannels;
  COULIS_UNROLL
  for (int ky = 0; ky < kKernel; ++ky) {
    for (int step = 0; step < steps_of(kKernel); ++step) {
      const __mmask64 inside = mask_first(kKernel - step * kColumns);
      window.weights[ky][step] = transpose(_mm512_maskz_loadu_epi8(inside, weight + (ky * kKernel + step * kColumns) * kBlockChannels));
    }
  }
  window.bias = *reinterpret_cast<const Sums*>(layer.bias + block * kBlockChannels);
  window.scale = _mm512_load_ps(layer.scale + block * kBlockChannels);
  window.range = broadcast(layer.range);
  return window;
}

// The vectors of columns that four outputs take from a row. At kernel 3 and stride 1 one holds the windows of two outputs.
template <int kKernel, int kStride>
struct Loads {
  static constexpr bool kPairs = kKernel == 3 && kStride == 1;
  static constexpr int kSteps = kPairs ? 1 : steps_of(kKernel);
  static constexpr int kCount = kPairs ? kGroup / 2 : kGroup * kSteps;
  static constexpr int offset(int i) { return kPairs ? 2 * i : i / kSteps * kStride + i % kSteps * kColumns; }
  static constexpr int kReach = offset(kCount - 1) + kColumns;
};

// Four outputs; the first one's window starts at `column`. kEdge: columns outside the row are zeros, and are not read.
template <int kKernel, int kStride, bool kEdge>
COULIS_VNNI_INLINE __m512i convolve(const Window<kKernel>& window, int column) {
  using L = Loads<kKernel, kStride>;
  __mmask64 inside[L::kCount];
  COULIS_UNROLL
  for (int i = 0; i < L::kCount; ++i) {
    inside[i] = kEdge ? mask_first(window.in_width - column - L::offset(i)) & ~mask_first(-column - L::offset(i)) : ~0ULL;
  }
  Sums sums[kGroup] = {window.bias, window.bias, window.bias, window.bias};
  COULIS_UNROLL
  for (int ky = 0; ky < kKernel; ++ky) {
    const std::uint8_t* row = window.rows[ky] + static_cast<std::ptrdiff_t>(column) * kBlockChannels;
    COULIS_UNROLL
    for (int i = 0; i < L::kCount; ++i) {
      const std::uint8_t* data = row + L::offset(i) * kBlockChannels;
      const __m512i columns = transpose(kEdge ? _mm512_maskz_loadu_epi8(inside[i], data) : _mm512_loadu_si512(data));
      if constexpr (L::kPairs) {
        sums[2 * i] = add_products(sums[2 * i], columns, window.weights[ky][0]);
        sums[2 * i + 1] = add_products(sums[2 * i + 1], columns, _mm512_slli_epi32(window.weights[ky][0], 8));  // one column on
      } else {
        sums[i / L::kSteps] = add_products(sums[i / L::kSteps], columns, window.weights[ky][i % L::kSteps]);
      }
    }
  }
  __m512i outputs[kGroup];
  COULIS_UNROLL
  for (int i = 0; i < kGroup; ++i) outputs[i] = scale_and_round(sums[i], window.scale);
  return pack(outputs, window.range);
}

template <int kKernel, int kStride>
COULIS_VNNI void convolve_strip(const PackedDepthwise& layer, int block, const DepthwiseStrip<std::uint8_t>& strip) {
  Window<kKernel> window = make_window<kKernel>(layer, block, strip);
  std::uint8_t* row = strip.output;
  for (int y = 0; y < strip.out_rows; ++y, window.rows += kStride, row += static_cast<std::ptrdiff_t>(strip.out_width) * kBlockChannels) {
    for (int x = 0; x < strip.out_width; x += kGroup) {
      const int column = x * kStride - strip.left_padding;
      std::uint8_t* output = row + static_cast<std::ptrdiff_t>(x) * kBlockChannels;
      if (column >= 0 && column + Loads<kKernel, kStride>::kReach <= strip.in_width && x + kGroup <= strip.out_width) {
        _mm512_storeu_si512(output, convolve<kKernel, kStride, false>(window, column));
      } else {
        store_pixels(convolve<kKernel, kStride, true>(window, column), strip.out_width - x, output);
      }
    }
  }
}

void compute_strip(const PackedDepthwise& layer, int block, const DepthwiseStrip<std::uint8_t>& strip) {
  if (layer.kernel == 3) return layer.stride == 1 ? convolve_strip<3, 1>(layer, block, strip) : convolve_strip<3, 2>(layer, block, strip);
  return layer.stride == 1 ? convolve_strip<5, 1>(layer, block, strip) : convolve_strip<5, 2>(layer, block, strip);
}

}  // namespace

DepthwiseKernel vnni_depthwise() {
  return &compute_strip;
}

}  // namespace coulis::fused::int8
#endif
