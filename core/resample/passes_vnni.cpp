#include "core/resample/passes_vnni.hpp"

#if defined(__x86_64__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12 warns about its own _mm512_undefined_epi32
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#define COULIS_VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vnni")))
#define COULIS_VNNI_INLINE COULIS_VNNI __attribute__((always_inline)) inline

namespace coulis {
namespace {

constexpr std::size_t kVectorBytes = 64;

// One sum for each digit, of 16 outputs.
struct DigitSums {
  __m512i digit0, digit1, digit2;
};

COULIS_VNNI_INLINE DigitSums start_sums() {
  const __m512i one_half = _mm512_set1_epi32(1 << (kWeightBits - 1 - 16));
  return {one_half, _mm512_setzero_si512(), _mm512_setzero_si512()};
}

COULIS_VNNI_INLINE void add(DigitSums& sums, __m512i bytes, __m512i digit0, __m512i digit1, __m512i digit2) {
  sums.digit0 = _mm512_dpbusd_epi32(sums.digit0, bytes, digit0);
  sums.digit1 = _mm512_dpbusd_epi32(sums.digit1, bytes, digit1);
  sums.digit2 = _mm512_dpbusd_epi32(sums.digit2, bytes, digit2);
}

COULIS_VNNI_INLINE __m512i round_sums(const DigitSums& sums) {
  const __m512i upper = _mm512_add_epi32(_mm512_slli_epi32(sums.digit0, 8), sums.digit1);
  return _mm512_srai_epi32(_mm512_add_epi32(_mm512_slli_epi32(upper, 8), sums.digit2), kWeightBits);
}

// The same for a single quad of taps, with fewer operations: the sum is moved up between the digits.
COULIS_VNNI_INLINE __m512i sum_quad(__m512i bytes, __m512i digit0, __m512i digit1, __m512i digit2) {
  __m512i sum = _mm512_dpbusd_epi32(_mm512_set1_epi32(1 << (kWeightBits - 1 - 16)), bytes, digit0);
  sum = _mm512_dpbusd_epi32(_mm512_slli_epi32(sum, 8), bytes, digit1);
  sum = _mm512_dpbusd_epi32(_mm512_slli_epi32(sum, 8), bytes, digit2);
  return _mm512_srai_epi32(sum, kWeightBits);
}

// int32 -> bytes, clamped; the bytes of each 128-bit lane come from the same lane of a, b, c, d in turn.
COULIS_VNNI_INLINE __m512i pack_bytes(__m512i a, __m512i b, __m512i c, __m512i d) {
  return _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d));
}

COULIS_VNNI_INLINE __mmask64 mask_bytes(std::size_t count) {
  return count >= kVectorBytes ? ~0ULL : (1ULL << count) - 1;
}

// ---- Rows

// 16 output bytes of kRows rows.
template <std::size_t kRows>
COULIS_VNNI_INLINE void resample_group(const Digits& digits, std::size_t quads, std::size_t group, const std::uint8_t* source,
                                       std::size_t source_stride, __m512i (&rounded)[kRows]) {
  const __m512i choice = _mm512_loadu_si512(digits.choice.data() + group * kVectorBytes);
  const std::uint32_t* packed = digits.by_group.data() + group * quads * kDigits * kGroupOutputs;
  const std::uint8_t* window = source + digits.window_start[group];
  DigitSums sums[kRows];
  for (auto& s : sums) s = start_sums();
  for (std::size_t quad = 0; quad < quads; ++quad, window += 12, packed += kDigits * kGroupOutputs) {
    const __m512i digit0 = _mm512_loadu_si512(packed);
    const __m512i digit1 = _mm512_loadu_si512(packed + kGroupOutputs);
    const __m512i digit2 = _mm512_loadu_si512(packed + 2 * kGroupOutputs);
    for (std::size_t r = 0; r < kRows; ++r) {
      const __m512i bytes = _mm512_permutexvar_epi8(choice, _mm512_loadu_si512(window + r * source_stride));
      add(sums[r], bytes, digit0, digit1, digit2);
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) rounded[r] = round_sums(sums[r]);
}

template <std::size_t kRows>
COULIS_VNNI void resample_band(const Weights& weights, const std::uint8_t* source, std::uint8_t* target) {
  const std::size_t quads = static_cast<std::size_t>(weights.taps) / 4;
  const std::size_t source_stride = static_cast<std::size_t>(weights.in_px) * 3;
  const std::size_t row_bytes = static_cast<std::size_t>(weights.out_px) * 3;
  const __m512i in_order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  for (std::size_t x = 0; x < row_bytes; x += kVectorBytes) {
    __m512i sums[4][kRows];
    for (std::size_t i = 0; i < 4; ++i) resample_group(weights.digits, quads, x / kGroupOutputs + i, source, source_stride, sums[i]);
    const __mmask64 mask = mask_bytes(row_bytes - x);
    for (std::size_t r = 0; r < kRows; ++r) {
      const __m512i packed = pack_bytes(sums[0][r], sums[1][r], sums[2][r], sums[3][r]);
      _mm512_mask_storeu_epi8(target + r * row_bytes + x, mask, _mm512_permutexvar_epi32(in_order, packed));
    }
  }
}

// ---- Columns

struct Quads {
  __m512i quad[4];  // four rows of one column in each int32; the columns in the order that pack_bytes turns back
};

COULIS_VNNI_INLINE Quads interleave_rows(__m512i a, __m512i b, __m512i c, __m512i d) {
  const __m512i ab_lower = _mm512_unpacklo_epi8(a, b), ab_upper = _mm512_unpackhi_epi8(a, b);
  const __m512i cd_lower = _mm512_unpacklo_epi8(c, d), cd_upper = _mm512_unpackhi_epi8(c, d);
  return {{_mm512_unpacklo_epi16(ab_lower, cd_lower), _mm512_unpackhi_epi16(ab_lower, cd_lower), _mm512_unpacklo_epi16(ab_upper, cd_upper),
           _mm512_unpackhi_epi16(ab_upper, cd_upper)}};
}

struct QuadDigits {
  __m512i digit0, digit1, digit2;
};

COULIS_VNNI_INLINE QuadDigits load_digits(const Weights& weights, std::size_t out, std::size_t quad) {
  const std::size_t quads = static_cast<std::size_t>(weights.taps) / 4;
  const std::uint32_t* digits = weights.digits.by_output.data() + (out * quads + quad) * kDigits;
  return {_mm512_set1_epi32(static_cast<int>(digits[0])), _mm512_set1_epi32(static_cast<int>(digits[1])),
          _mm512_set1_epi32(static_cast<int>(digits[2]))};
}

// The rows of four taps. Taps that fill up, whose weight is 0, take the last row again.
struct QuadRows {
  const std::uint8_t* rows[4];
};

COULIS_VNNI_INLINE QuadRows find_rows(const ImageView& source, int first) {
  const int last = source.height - 1;
  return {{source.row(std::min(first, last)), source.row(std::min(first + 1, last)), source.row(std::min(first + 2, last)),
           source.row(std::min(first + 3, last))}};
}

COULIS_VNNI_INLINE Quads load_quads(const QuadRows& from, std::size_t x, __mmask64 mask) {
  return interleave_rows(_mm512_maskz_loadu_epi8(mask, from.rows[0] + x), _mm512_maskz_loadu_epi8(mask, from.rows[1] + x),
                         _mm512_maskz_loadu_epi8(mask, from.rows[2] + x), _mm512_maskz_loadu_epi8(mask, from.rows[3] + x));
}

// One quad of taps, kOuts output rows with the same first tap: rows and digits stay in registers.
template <std::size_t kOuts>
COULIS_VNNI void enlarge_columns(const Weights& weights, std::size_t out, int first_row, const ImageView& source, std::uint8_t* target) {
  const std::size_t row_bytes = static_cast<std::size_t>(source.width) * 3;
  const QuadRows rows = find_rows(source, weights.start[out] - first_row);
  QuadDigits digits[kOuts];
  for (std::size_t o = 0; o < kOuts; ++o) digits[o] = load_digits(weights, out + o, 0);
  for (std::size_t x = 0; x < row_bytes; x += kVectorBytes) {
    const __mmask64 mask = mask_bytes(row_bytes - x);
    const Quads columns = load_quads(rows, x, mask);
    for (std::size_t o = 0; o < kOuts; ++o) {
      __m512i sums[4];
      for (std::size_t i = 0; i < 4; ++i) {
        sums[i] = sum_quad(columns.quad[i], digits[o].digit0, digits[o].digit1, digits[o].digit2);
      }
      _mm512_mask_storeu_epi8(target + o * row_bytes + x, mask, pack_bytes(sums[0], sums[1], sums[2], sums[3]));
    }
  }
}

COULIS_VNNI void reduce_columns(const Weights& weights, std::size_t out, int first_row, const ImageView& source, std::uint8_t* target) {
  const std::size_t row_bytes = static_cast<std::size_t>(source.width) * 3;
  const std::size_t quads = static_cast<std::size_t>(weights.taps) / 4;
  for (std::size_t x = 0; x < row_bytes; x += kVectorBytes) {
    const __mmask64 mask = mask_bytes(row_bytes - x);
    DigitSums sums[4] = {start_sums(), start_sums(), start_sums(), start_sums()};
    for (std::size_t quad = 0; quad < quads; ++quad) {
      const Quads columns = load_quads(find_rows(source, weights.start[out] - first_row + static_cast<int>(quad) * 4), x, mask);
      const QuadDigits digits = load_digits(weights, out, quad);
      for (std::size_t i = 0; i < 4; ++i) add(sums[i], columns.quad[i], digits.digit0, digits.digit1, digits.digit2);
    }
    const __m512i bytes = pack_bytes(round_sums(sums[0]), round_sums(sums[1]), round_sums(sums[2]), round_sums(sums[3]));
    _mm512_mask_storeu_epi8(target + x, mask, bytes);
  }
}

}  // namespace

void resample_rows_vnni(const Weights& weights, const ImageView& source, std::uint8_t* target) {
  constexpr int kBand = 4;
  const std::size_t row_bytes = static_cast<std::size_t>(weights.out_px) * 3;
  int y = 0;
  for (; y + kBand <= source.height; y += kBand) {
    resample_band<kBand>(weights, source.row(y), target + static_cast<std::size_t>(y) * row_bytes);
  }
  for (; y < source.height; ++y) resample_band<1>(weights, source.row(y), target + static_cast<std::size_t>(y) * row_bytes);
}

void resample_columns_vnni(const Weights& weights, const ColumnOutputs& outputs, const ImageView& source, std::uint8_t* target) {
  const std::size_t row_bytes = static_cast<std::size_t>(source.width) * 3;
  const std::vector<int>& start = weights.start;
  const auto first = static_cast<std::size_t>(outputs.first);
  const auto end = static_cast<std::size_t>(outputs.end);
  for (std::size_t out = first; out < end;) {
    std::uint8_t* target_row = target + (out - first) * row_bytes;
    if (weights.taps > 4) {
      reduce_columns(weights, out, outputs.first_row, source, target_row);
      out += 1;
    } else if (out + 1 < end && start[out] == start[out + 1]) {
      enlarge_columns<2>(weights, out, outputs.first_row, source, target_row);
      out += 2;
    } else {
      enlarge_columns<1>(weights, out, outputs.first_row, source, target_row);
      out += 1;
    }
  }
}

}  // namespace coulis
#endif  // __x86_64__
