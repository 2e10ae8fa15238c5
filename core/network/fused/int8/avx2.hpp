// What the AVX2 kernels share: the way from int32 sums to bytes. Only for files of AVX2 code.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "core/network/fused/int8/requantise.hpp"
#include "core/network/fused/unroll.hpp"

#define COULIS_AVX2 __attribute__((target("avx2")))
#define COULIS_AVX2_INLINE COULIS_AVX2 __attribute__((always_inline)) inline

namespace coulis::fused::int8 {

// 8 sums -> int32 without the zero point. The conversion rounds to even; packing relies on |sum * scale| < 2^31.
COULIS_AVX2_INLINE __m256i scale_and_round(__m256i sums, __m256 scale) {
  return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_cvtepi32_ps(sums), scale));
}

// 16 int16, in order, -> 16 bytes. Both instructions saturate, so the order of addition and clamping does not matter.
COULIS_AVX2_INLINE __m128i pack(__m256i words, const OutputRange& range) {
  words = _mm256_adds_epi16(words, _mm256_set1_epi16(range.zero_point));
  const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
  return _mm_min_epu8(_mm_max_epu8(bytes, _mm_set1_epi8(static_cast<char>(range.low))), _mm_set1_epi8(static_cast<char>(range.high)));
}

}  // namespace coulis::fused::int8
