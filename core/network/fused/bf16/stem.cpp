#include "core/network/fused/bf16/stem.hpp"

#include <cstdint>

#include "core/network/fused/bf16/target.hpp"
#include "core/network/fused/layout.hpp"
#include "core/network/fused/stem.hpp"

namespace coulis::fused::bf16 {
namespace {

bool is_exact(float value) {
  return to_float(to_bfloat16(value)) == value;
}

}  // namespace

PixelScale choose_pixel_scale(const std::array<double, 3>& input_scale, const std::array<double, 3>& input_offset) {
  PixelScale chosen;
  for (std::size_t c = 0; c < input_scale.size(); ++c) {
    const auto zero_pixel = static_cast<float>(-input_offset[c] / input_scale[c]);
    bool all_exact = static_cast<double>(zero_pixel) * input_scale[c] + input_offset[c] == 0;
    for (int pixel = 0; pixel < 256; ++pixel) all_exact = all_exact && is_exact(static_cast<float>(pixel) - zero_pixel);
    chosen.scale[c] = all_exact ? 1 : static_cast<float>(input_scale[c]);
    chosen.offset[c] = all_exact ? -zero_pixel : static_cast<float>(input_offset[c]);
    chosen.left_to_weights[c] = all_exact ? static_cast<float>(input_scale[c]) : 1;
  }
  return chosen;
}

#if defined(__x86_64__)
namespace {

constexpr std::size_t kRgb = 3;
constexpr std::size_t kLanes = 16;

// The order of the three channels in 16 lanes repeats after three vectors: each has its own factors.
struct Factors {
  __m512 vectors[kRgb];

  COULIS_BF16 explicit Factors(const std::array<float, kRgb>& channels) {
    alignas(kCacheLineBytes) std::array<float, kRgb * kLanes> values;
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = channels[i % kRgb];
    for (std::size_t i = 0; i < kRgb; ++i) vectors[i] = _mm512_load_ps(values.data() + i * kLanes);
  }
};

COULIS_BF16 void convert_row(const std::uint8_t* pixels, std::size_t count, const Factors& scale, const Factors& offset, Bfloat16* row) {
  for (std::size_t i = 0; i < count; i += kLanes) {
    const std::size_t vector = i / kLanes % kRgb;
    const auto mask = static_cast<__mmask16>(count - i < kLanes ? (1U << (count - i)) - 1 : 0xFFFF);
    const __m512 values = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, pixels + i)));
    const __m512 scaled = _mm512_fmadd_ps(values, scale.vectors[vector], offset.vectors[vector]);
    _mm256_mask_storeu_epi16(row + i, mask, (__m256i)_mm512_cvtneps_pbh(scaled));
  }
}

}  // namespace

void convert_rows(const ImageView& image, const PixelScale& pixel_scale, const Window& window, int first, int end, std::size_t row_elements,
                  Bfloat16* rows) {
  const Factors scale(pixel_scale.scale);
  const Factors offset(pixel_scale.offset);
  const auto convert = [&](const std::uint8_t* pixels, std::size_t count, Bfloat16* row) {
    convert_row(pixels, count, scale, offset, row);
  };
  convert_padded_rows(image, window, first, end, row_elements, Bfloat16{0}, rows, convert);
}
#endif

}  // namespace coulis::fused::bf16
