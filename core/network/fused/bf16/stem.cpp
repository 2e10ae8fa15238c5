#include "core/network/fused/bf16/stem.hpp"

#include <algorithm>
#include <cstdint>

#include "core/network/fused/bf16/target.hpp"

namespace coulis::fused::bf16 {
namespace {

bool is_exact(float value) {
  return to_float(to_bfloat16(value)) == value;
}

}  // namespace

PixelScale choose_pixel_scale(double input_scale, double input_offset) {
  const auto zero_pixel = static_cast<float>(-input_offset / input_scale);
  bool all_exact = static_cast<double>(zero_pixel) * input_scale + input_offset == 0;
  for (int pixel = 0; pixel < 256; ++pixel) all_exact = all_exact && is_exact(static_cast<float>(pixel) - zero_pixel);
  if (all_exact) return {1, -zero_pixel, static_cast<float>(input_scale)};
  return {static_cast<float>(input_scale), static_cast<float>(input_offset), 1};
}

#if defined(__x86_64__)
namespace {

constexpr std::size_t kRgb = 3;

COULIS_BF16 void convert_row(const std::uint8_t* pixels, std::size_t count, const PixelScale& pixel_scale, Bfloat16* row) {
  constexpr std::size_t kLanes = 16;
  for (std::size_t i = 0; i < count; i += kLanes) {
    const auto mask = static_cast<__mmask16>(count - i < kLanes ? (1U << (count - i)) - 1 : 0xFFFF);
    const __m512 values = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(mask, pixels + i)));
    const __m512 scaled = _mm512_fmadd_ps(values, _mm512_set1_ps(pixel_scale.scale), _mm512_set1_ps(pixel_scale.offset));
    _mm256_mask_storeu_epi16(row + i, mask, (__m256i)_mm512_cvtneps_pbh(scaled));
  }
}

}  // namespace

void convert_rows(const ImageView& image, const PixelScale& pixel_scale, const Window& window, int first, int end, std::size_t row_elements,
                  Bfloat16* rows) {
  const std::size_t left_elements = static_cast<std::size_t>(window.left_padding) * kRgb;
  const std::size_t image_elements = static_cast<std::size_t>(image.width) * kRgb;
  for (int y = first; y < end; ++y, rows += row_elements) {
    if (y < 0 || y >= image.height) {
      std::fill_n(rows, row_elements, Bfloat16{0});
      continue;
    }
    std::fill_n(rows, left_elements, Bfloat16{0});
    convert_row(image.row(y), image_elements, pixel_scale, rows + left_elements);
    std::fill(rows + left_elements + image_elements, rows + row_elements, Bfloat16{0});
  }
}
#endif

}  // namespace coulis::fused::bf16
