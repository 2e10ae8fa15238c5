// What the VNNI kernels share: the way from int32 sums to bytes. Only for files of AVX-512 code.
#pragma once

#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12 warns about its own _mm512_undefined_epi32
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>

#include <cstdint>

#include "core/network/fused/int8/requantise.hpp"
#include "core/network/fused/unroll.hpp"

#define COULIS_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")))
#define COULIS_VNNI_INLINE COULIS_VNNI __attribute__((always_inline)) inline

namespace coulis::fused::int8 {

// Sums that live across a loop: GCC 12 copies an __m512i, which is a vector of int64 to it, on every turn.
using Sums = std::int32_t __attribute__((vector_size(64)));

COULIS_VNNI_INLINE Sums add_products(Sums sums, __m512i unsigned_bytes, __m512i signed_bytes) {
  return reinterpret_cast<Sums>(_mm512_dpbusd_epi32(reinterpret_cast<__m512i>(sums), unsigned_bytes, signed_bytes));
}

struct VectorRange {
  bool is_whole;       // saturation does it all: zero point 0, all of uint8
  __m512i zero_point;  // int16
  __m512i low, high;   // uint8
};

COULIS_VNNI_INLINE VectorRange broadcast(const OutputRange& range) {
  return {range.zero_point == 0 && range.low == 0 && range.high == 255, _mm512_set1_epi16(range.zero_point),
          _mm512_set1_epi8(static_cast<char>(range.low)), _mm512_set1_epi8(static_cast<char>(range.high))};
}

// 16 sums -> int32 without the zero point. The conversion rounds to even; packing relies on |sum * scale| < 2^31.
COULIS_VNNI_INLINE __m512i scale_and_round(Sums sums, __m512 scale) {
  return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(reinterpret_cast<__m512i>(sums)), scale));
}

// Four pixels of 16 channels -> [4, 16] bytes. All additions and packings saturate, so that clamping may come last.
COULIS_VNNI_INLINE __m512i pack(const __m512i (&pixels)[4], const VectorRange& range) {
  __m512i words01 = _mm512_packs_epi32(pixels[0], pixels[1]);
  __m512i words23 = _mm512_packs_epi32(pixels[2], pixels[3]);
  if (!range.is_whole) {
    words01 = _mm512_adds_epi16(words01, range.zero_point);
    words23 = _mm512_adds_epi16(words23, range.zero_point);
  }
  __m512i bytes = _mm512_packus_epi16(words01, words23);  // 128-bit lane i: channels 4i to 4i + 3 of each pixel
  if (!range.is_whole) bytes = _mm512_min_epu8(_mm512_max_epu8(bytes, range.low), range.high);
  return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), bytes);
}

// The first `pixels` (1 to 4) of [4, 16] bytes.
COULIS_VNNI_INLINE void store_pixels(__m512i bytes, int pixels, std::uint8_t* output) {
  if (pixels >= 4) return _mm512_storeu_si512(output, bytes);
  if (pixels >= 2) _mm256_storeu_si256(reinterpret_cast<__m256i*>(output), _mm512_castsi512_si256(bytes));
  if (pixels == 1) _mm_storeu_si128(reinterpret_cast<__m128i*>(output), _mm512_castsi512_si128(bytes));
  if (pixels == 3) _mm_storeu_si128(reinterpret_cast<__m128i*>(output + 32), _mm512_extracti32x4_epi32(bytes, 2));
}

}  // namespace coulis::fused::int8
