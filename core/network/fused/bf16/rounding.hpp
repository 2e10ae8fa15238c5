// Between float32 sums in registers and bfloat16 in memory.
#pragma once

#include "core/network/fused/bf16/bfloat16.hpp"
#include "core/network/fused/bf16/target.hpp"
#include "core/network/fused/clamp.hpp"
#include "core/network/fused/layout.hpp"

#if defined(__x86_64__)
namespace coulis::fused::bf16 {

// The 16 channels of a block at one pixel.
COULIS_BF16_INLINE __m512 load_pixel(const Bfloat16* pixel) {
  const __m256i bits = _mm256_load_si256(reinterpret_cast<const __m256i*>(pixel));
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

// An activation on rounded values, 32 at a time, which gives the same as rounding afterwards: its limits are bfloat16 themselves.
// As integers: the low limit is 0, and the bits of positive bfloat16 grow with their values.
struct RoundedClamp {
  bool clamps = false;
  __m512i high = {};

  COULIS_BF16_INLINE explicit RoundedClamp(const Clamp& clamp)
      : clamps(clamp.clamps()), high(_mm512_set1_epi16(static_cast<short>(to_bfloat16(clamp.high)))) {}

  COULIS_BF16_INLINE __m512i apply(__m512i bits) const {
    return clamps ? _mm512_min_epi16(_mm512_max_epi16(bits, _mm512_setzero_si512()), high) : bits;
  }
};

COULIS_BF16_INLINE void store_pixel(__m512 sum, const RoundedClamp& clamp, Bfloat16* pixel) {
  const __m512i bits = clamp.apply(_mm512_castsi256_si512((__m256i)_mm512_cvtneps_pbh(sum)));
  _mm256_store_si256(reinterpret_cast<__m256i*>(pixel), _mm512_castsi512_si256(bits));
}

// Two neighbours at once: half the conversions.
COULIS_BF16_INLINE void store_two_pixels(__m512 first, __m512 second, const RoundedClamp& clamp, Bfloat16* pixels) {
  _mm512_storeu_si512(pixels, clamp.apply((__m512i)_mm512_cvtne2ps_pbh(second, first)));
}

}  // namespace coulis::fused::bf16
#endif
