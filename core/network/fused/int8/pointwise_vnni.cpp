#if defined(__x86_64__)
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/int8/vnni.hpp"

namespace coulis::fused::int8 {
namespace {

constexpr int kBlockQuads = kBlockChannels / kQuad;
constexpr int kGroup = 4;  // pixels of one store
constexpr int kMaxPixels = 14;

// The tallest tile whose sums, weights and one broadcast input stay in 32 registers.
constexpr int max_pixels(int vectors) {
  return std::min(kMaxPixels, (31 - vectors) / vectors);
}

struct Tile {
  const std::uint8_t* input;
  std::size_t chunk_stride;
  int chunk_quads;
  int quads;
  const std::int8_t* weight;
  const std::int32_t* bias;
  const float* scale;
  const OutputRange* range;
  const Addition* addition;
  std::uint8_t* output[kMaxVectors];
  const std::uint8_t* residual[kMaxVectors];
  std::int32_t* sums;  // of SumTile
};

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

// The weights of the late layers together are larger than the second cache, and each is needed once an image.
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
  const int chunk_quads = kPixelStride == kBlockChannels ? kBlockQuads : tile.chunk_quads;
  const std::size_t to_next_chunk = tile.chunk_stride - static_cast<std::size_t>(chunk_quads * kQuad);
  int left_in_chunk = chunk_quads;
  const std::size_t to_next_panel = static_cast<std::size_t>(tile.quads + 2) * kVectors * kCacheLineBytes;  // behind bias and scales
  // One flat loop: where GCC 12 sees two, it keeps sums in memory between them.
  for (int left = tile.quads; left > 0; --left, weight += kVectors * kCacheLineBytes) {
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

template <bool kAdds>
struct StoreTile {
  template <int kPixels, int kVectors, int kPixelStride>
  COULIS_VNNI static void run(const Tile& tile) {
    Sums sums[kPixels][kVectors];
    compute_sums<kPixels, kVectors, kPixelStride>(tile, sums);
    const VectorRange range = broadcast(kAdds ? OutputRange{static_cast<std::uint8_t>(tile.addition->zero_point), 0, 255} : *tile.range);
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
          if (kAdds) pixels[i] = add_residual(pixels[i], *tile.range, tile.residual[n] + m * kBlockChannels, *tile.addition);
        }
        store_pixels(pack(pixels, range), kPixels - first, tile.output[n] + first * kBlockChannels);
      }
    }
  }
};

struct SumTile {
  template <int kPixels, int kVectors, int kPixelStride>
  COULIS_VNNI static void run(const Tile& tile) {
    Sums sums[kPixels][kVectors];
    compute_sums<kPixels, kVectors, kPixelStride>(tile, sums);
    const __m512i zero_point = _mm512_set1_epi32(tile.range->zero_point);
    const __m512i low = _mm512_set1_epi32(tile.range->low);
    const __m512i high = _mm512_set1_epi32(tile.range->high);
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

using TileFunction = void (*)(const Tile&);
using TileFunctions = std::array<TileFunction, kMaxPixels + 1>;  // by the number of pixels; null above max_pixels

template <class Epilogue, int kVectors, int kPixelStride, std::size_t... kIndex>
constexpr TileFunctions list_tiles(std::index_sequence<kIndex...>) {
  TileFunctions functions{};
  ((functions[kIndex + 1] = &Epilogue::template run<static_cast<int>(kIndex) + 1, kVectors, kPixelStride>), ...);
  return functions;
}

template <class Epilogue, int kVectors, int kPixelStride>
constexpr TileFunctions kTiles = list_tiles<Epilogue, kVectors, kPixelStride>(std::make_index_sequence<max_pixels(kVectors)>());

template <class Epilogue, int kPixelStride>
const TileFunctions& find_tiles(int vectors) {
  if (vectors == 1) return kTiles<Epilogue, 1, kPixelStride>;
  if (vectors == 2) return kTiles<Epilogue, 2, kPixelStride>;
  return kTiles<Epilogue, kMaxVectors, kPixelStride>;
}

Tile make_tile(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run) {
  Tile tile{};
  tile.input = run.data;
  tile.chunk_stride = run.chunk_stride;
  tile.chunk_quads = run.chunk_elements / kQuad;
  tile.quads = layer.quads;
  tile.weight = panel.weight;
  tile.bias = panel.bias;
  tile.scale = panel.scale;
  tile.range = &layer.range;
  tile.addition = &layer.addition;
  return tile;
}

// Calls visit(tile function, pixels). Whole groups of four but for the last tile, which takes what is left if it can.
template <class Visit>
void for_each_tile(const TileFunctions& functions, int vectors, int pixels, const Visit& visit) {
  const int tallest = max_pixels(vectors);
  const int usual = tallest / kGroup * kGroup;
  for (int left = pixels; left > 0;) {
    const int height = left <= tallest ? left : usual;
    visit(functions[static_cast<std::size_t>(height)], height);
    left -= height;
  }
}

template <bool kAdds, int kPixelStride>
void store_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run, const Plane<std::uint8_t>& output,
                 const Plane<std::uint8_t>& residual) {
  Tile tile = make_tile(layer, panel, run);
  const TileFunctions& functions = find_tiles<StoreTile<kAdds>, kPixelStride>(panel.vectors);
  int pixel = 0;
  for_each_tile(functions, panel.vectors, run.pixels, [&](TileFunction function, int pixels) {
    tile.input = run.data + pixel * kPixelStride;
    for (int n = 0; n < panel.vectors; ++n) {
      tile.output[n] = output.at(n, pixel);
      if (kAdds) tile.residual[n] = residual.at(n, pixel);
    }
    function(tile);
    pixel += pixels;
  });
}

void compute_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run, const Plane<std::uint8_t>& output,
                   const Plane<std::uint8_t>& maybe_residual) {
  if (maybe_residual.data != nullptr) return store_panel<true, kBlockChannels>(layer, panel, run, output, maybe_residual);
  switch (run.pixel_stride) {
    case 3: return store_panel<false, 3>(layer, panel, run, output, {});
    case 6: return store_panel<false, 6>(layer, panel, run, output, {});
    default: return store_panel<false, kBlockChannels>(layer, panel, run, output, {});
  }
}

void sum_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run, std::int32_t* sums) {
  Tile tile = make_tile(layer, panel, run);
  tile.sums = sums;
  for_each_tile(find_tiles<SumTile, kBlockChannels>(panel.vectors), panel.vectors, run.pixels, [&](TileFunction function, int pixels) {
    function(tile);
    tile.input += pixels * kBlockChannels;
  });
}

}  // namespace

PointwiseKernel vnni_pointwise() {
  return {&compute_panel, &sum_panel};
}

}  // namespace coulis::fused::int8
#endif
