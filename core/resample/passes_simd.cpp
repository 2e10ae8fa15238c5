// Exact in every target: bytes times the int16 halves of a weight, summed in pairs in int32; (high << 12) + low is Pillow's sum.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/resample/passes_simd.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/resample/passes.hpp"
#include "core/resample/passes_vnni.hpp"

HWY_BEFORE_NAMESPACE();
namespace coulis::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128  // nothing to gain over the plain definition

void resample_rows(const Weights& weights, const ImageView& source, std::uint8_t* target) {
  scalar_passes().resample_rows(weights, source, target);
}

void resample_columns(const Weights& weights, const ColumnOutputs& outputs, const ImageView& source, std::uint8_t* target) {
  scalar_passes().resample_columns(weights, outputs, source, target);
}

#else

namespace hn = hwy::HWY_NAMESPACE;

using BytesTag = hn::CappedTag<std::uint8_t, 64>;
using HalvesTag = hn::Repartition<std::int16_t, BytesTag>;
using SumsTag = hn::Repartition<std::int32_t, BytesTag>;
using Bytes = hn::Vec<BytesTag>;
using HalvesVec = hn::Vec<HalvesTag>;
using Sums = hn::Vec<SumsTag>;

constexpr BytesTag kBytesTag;
constexpr HalvesTag kHalvesTag;
constexpr SumsTag kSumsTag;
constexpr std::size_t kVectorBytes = hn::MaxLanes(BytesTag());
constexpr std::size_t kBlockBytes = 16;
constexpr std::size_t kBlocks = kVectorBytes / kBlockBytes;

// Sums of bytes times high halves and times low halves. Highway keeps odd products apart on some targets.
struct SplitSum {
  Sums high, high_odd, low, low_odd;

  // Spelled out, as an implicit constructor would be compiled without the target's instructions.
  HWY_INLINE SplitSum() : high(hn::Zero(kSumsTag)), high_odd(hn::Zero(kSumsTag)), low(hn::Zero(kSumsTag)), low_odd(hn::Zero(kSumsTag)) {}

  HWY_INLINE void add(HalvesVec pairs, HalvesVec high_weights, HalvesVec low_weights) {
    high = hn::ReorderWidenMulAccumulate(kSumsTag, pairs, high_weights, high, high_odd);
    low = hn::ReorderWidenMulAccumulate(kSumsTag, pairs, low_weights, low, low_odd);
  }

  HWY_INLINE Sums rounded() const {
    const Sums one_half = hn::Set(kSumsTag, 1 << (kWeightBits - 1 - kLowBits));
    const Sums all_high = hn::Add(hn::RearrangeToOddPlusEven(high, high_odd), one_half);
    return hn::ShiftRight<kWeightBits>(hn::Add(hn::ShiftLeft<kLowBits>(all_high), hn::RearrangeToOddPlusEven(low, low_odd)));
  }
};

// ---- Rows: each 128-bit block makes one output pixel, as int32 [red, green, blue, unused], from 4 input pixels at a time.

alignas(16) constexpr std::uint8_t kFirstPair[16] = {0, 128, 3, 128, 1, 128, 4, 128, 2, 128, 5, 128, 128, 128, 128, 128};
alignas(16) constexpr std::uint8_t kSecondPair[16] = {6, 128, 9, 128, 7, 128, 10, 128, 8, 128, 11, 128, 128, 128, 128, 128};
alignas(16) constexpr std::uint8_t kDropUnused[16] = {0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 128, 128, 128, 128};

// One block from each of kBlocks addresses.
template <class Tag>
HWY_INLINE hn::Vec<Tag> load_blocks(Tag tag, const std::uint8_t* source, const std::size_t* offsets) {
  if constexpr (hn::MaxLanes(Tag()) == kBlockBytes) {
    return hn::LoadU(tag, source + offsets[0]);
  } else {
    const hn::Half<Tag> half;
    const auto lower = load_blocks(half, source, offsets);
    return hn::Combine(tag, load_blocks(half, source, offsets + hn::MaxLanes(half) / kBlockBytes), lower);
  }
}

template <std::size_t kRows>
struct RowBand {
  std::array<const std::uint8_t*, kRows> sources;
  std::array<std::uint8_t*, kRows> targets;
};

// kBlocks outputs of kRows rows, from output `first` of the row on.
template <std::size_t kRows>
HWY_INLINE void resample_blocks(const Weights& weights, std::size_t first, const RowBand<kRows>& band, std::size_t store_bytes) {
  const std::size_t quads = static_cast<std::size_t>(weights.taps) / 4;
  const std::int16_t* halves = weights.halves.by_panel.data() + ((first / kPanelPx) * quads * kPanelPx + first % kPanelPx) * 8;
  const Bytes first_pair = hn::LoadDup128(kBytesTag, kFirstPair);
  const Bytes second_pair = hn::LoadDup128(kBytesTag, kSecondPair);
  std::size_t offsets[kBlocks];
  for (std::size_t i = 0; i < kBlocks; ++i) offsets[i] = static_cast<std::size_t>(weights.start[first + i]) * 3;

  SplitSum sums[kRows];
  for (std::size_t quad = 0; quad < quads; ++quad, halves += std::size_t{kPanelPx} * 8) {
    const Sums k = hn::BitCast(kSumsTag, hn::LoadU(kHalvesTag, halves));
    const HalvesVec high_first = hn::BitCast(kHalvesTag, hn::Broadcast<0>(k));
    const HalvesVec high_second = hn::BitCast(kHalvesTag, hn::Broadcast<1>(k));
    const HalvesVec low_first = hn::BitCast(kHalvesTag, hn::Broadcast<2>(k));
    const HalvesVec low_second = hn::BitCast(kHalvesTag, hn::Broadcast<3>(k));
    for (std::size_t r = 0; r < kRows; ++r) {
      const Bytes pixels = load_blocks(kBytesTag, band.sources[r] + quad * 12, offsets);
      sums[r].add(hn::BitCast(kHalvesTag, hn::TableLookupBytesOr0(pixels, first_pair)), high_first, low_first);
      sums[r].add(hn::BitCast(kHalvesTag, hn::TableLookupBytesOr0(pixels, second_pair)), high_second, low_second);
    }
  }
  const hn::Rebind<std::uint8_t, SumsTag> out_tag;
  const auto drop_unused = hn::LoadU(out_tag, kDropUnused);
  for (std::size_t r = 0; r < kRows; ++r) {
    const auto pixels = hn::TableLookupBytesOr0(hn::DemoteTo(out_tag, sums[r].rounded()), drop_unused);
    alignas(16) std::uint8_t out[16];
    hn::StoreU(pixels, out_tag, out);
    std::memcpy(band.targets[r] + first * 3, out, store_bytes);
  }
}

// Whole panels whose loads stay inside the image; 4 bytes behind the 4 pixels of each load are read too.
int count_safe_panels(const Weights& weights, std::size_t readable_bytes) {
  int panels = weights.out_px / kPanelPx;
  const auto read_bytes = [&](int panel) {
    return static_cast<std::size_t>(weights.start[static_cast<std::size_t>(panel * kPanelPx + kPanelPx - 1)] + weights.taps) * 3 + 4;
  };
  while (panels > 0 && read_bytes(panels - 1) > readable_bytes) --panels;
  return panels;
}

template <std::size_t kRows>
void resample_band(const Weights& weights, const ImageView& source, int y, std::uint8_t* target) {
  const std::size_t row_bytes = static_cast<std::size_t>(weights.out_px) * 3;
  const int last_row = y + static_cast<int>(kRows) - 1;
  const std::size_t readable_bytes = static_cast<std::size_t>(source.height - last_row) * static_cast<std::size_t>(source.width) * 3;
  const int panels = count_safe_panels(weights, readable_bytes);
  RowBand<kRows> band;
  for (std::size_t r = 0; r < kRows; ++r) {
    band.sources[r] = source.row(y + static_cast<int>(r));
    band.targets[r] = target + (static_cast<std::size_t>(y) + r) * row_bytes;
  }
  const std::size_t end = static_cast<std::size_t>(panels) * kPanelPx;
  if (end > 0) {
    // A store of 4 bytes per pixel runs over the next pixel, which comes later; the last one keeps to its 3.
    for (std::size_t first = 0; first + kBlocks < end; first += kBlocks) resample_blocks(weights, first, band, kBlocks * 4);
    resample_blocks(weights, end - kBlocks, band, kBlocks * 3);
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    resample_row_scalar(weights, band.sources[r], static_cast<int>(end), weights.out_px, band.targets[r]);
  }
}

void resample_rows(const Weights& weights, const ImageView& source, std::uint8_t* target) {
#if HWY_TARGET == HWY_AVX3_DL
  if (weights.digits.fits_rows()) return resample_rows_vnni(weights, source, target);
#endif
  constexpr int kBand = 4;
  int y = 0;
  for (; y + kBand <= source.height; y += kBand) resample_band<kBand>(weights, source, y, target);
  for (; y < source.height; ++y) resample_band<1>(weights, source, y, target);
}

// ---- Columns: a vector of neighbouring bytes at a time; those at even positions, then those at odd ones, as int16.

enum class Parity { kEven, kOdd };

template <Parity kParity>
HWY_INLINE HalvesVec load_bytes_at(const std::uint8_t* source) {
  const hn::Repartition<std::uint16_t, BytesTag> u16;
  const auto both = hn::BitCast(u16, hn::LoadU(kBytesTag, source));
  if constexpr (kParity == Parity::kEven) return hn::BitCast(kHalvesTag, hn::And(both, hn::Set(u16, 255)));
  return hn::BitCast(kHalvesTag, hn::ShiftRight<8>(both));
}

HWY_INLINE HalvesVec broadcast_pair(std::uint32_t pair) {
  return hn::BitCast(kHalvesTag, hn::Set(kSumsTag, static_cast<std::int32_t>(pair)));
}

// The results as int16 from 0 to 255.
template <Parity kParity>
HWY_INLINE HalvesVec resample_bytes_at(const Weights& weights, int out, int first_row, const ImageView& source, std::size_t x) {
  const std::uint32_t* pairs = weights.halves.by_output.data() + static_cast<std::size_t>(out) * static_cast<std::size_t>(weights.taps);
  const std::size_t stride = static_cast<std::size_t>(source.width) * 3;
  const std::uint8_t* row = source.row(weights.start[static_cast<std::size_t>(out)] - first_row) + x;
  const std::uint8_t* last_row = source.row(source.height - 1) + x;  // again for the taps that fill up, whose weight is 0
  SplitSum lower, upper;
  for (int tap = 0; tap < weights.taps; tap += 2, pairs += 2) {
    const std::uint8_t* next_row = std::min(row + stride, last_row);
    const HalvesVec bytes = load_bytes_at<kParity>(row), next_bytes = load_bytes_at<kParity>(next_row);
    const HalvesVec high_weights = broadcast_pair(pairs[0]), low_weights = broadcast_pair(pairs[1]);
    lower.add(hn::InterleaveLower(kHalvesTag, bytes, next_bytes), high_weights, low_weights);
    upper.add(hn::InterleaveUpper(kHalvesTag, bytes, next_bytes), high_weights, low_weights);
    row = std::min(next_row + stride, last_row);
  }
  const HalvesVec demoted = hn::ReorderDemote2To(kHalvesTag, lower.rounded(), upper.rounded());
  return hn::Min(hn::Max(demoted, hn::Zero(kHalvesTag)), hn::Set(kHalvesTag, 255));
}

HWY_INLINE Bytes resample_bytes(const Weights& weights, int out, int first_row, const ImageView& source, std::size_t x) {
  const HalvesVec even = resample_bytes_at<Parity::kEven>(weights, out, first_row, source, x);
  const HalvesVec odd = resample_bytes_at<Parity::kOdd>(weights, out, first_row, source, x);
  return hn::BitCast(kBytesTag, hn::Or(even, hn::ShiftLeft<8>(odd)));
}

void resample_columns(const Weights& weights, const ColumnOutputs& outputs, const ImageView& source, std::uint8_t* target) {
#if HWY_TARGET == HWY_AVX3_DL
  return resample_columns_vnni(weights, outputs, source, target);
#endif
  const std::size_t row_bytes = static_cast<std::size_t>(source.width) * 3;
  const int first_row = outputs.first_row;
  for (int out = outputs.first; out < outputs.end; ++out, target += row_bytes) {
    if (row_bytes < kVectorBytes) {
      resample_column_scalar(weights, out, first_row, source, 0, source.width * 3, target);
      continue;
    }
    for (std::size_t x = 0; x + kVectorBytes < row_bytes; x += kVectorBytes) {
      hn::StoreU(resample_bytes(weights, out, first_row, source, x), kBytesTag, target + x);
    }
    const std::size_t last = row_bytes - kVectorBytes;  // the last vector may recompute some bytes
    hn::StoreU(resample_bytes(weights, out, first_row, source, last), kBytesTag, target + last);
  }
}

#endif

}  // namespace coulis::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace coulis {

HWY_EXPORT(resample_rows);
HWY_EXPORT(resample_columns);

namespace {

void dispatch_rows(const Weights& weights, const ImageView& source, std::uint8_t* target) {
  if (!weights.packed()) return scalar_passes().resample_rows(weights, source, target);
  HWY_DYNAMIC_DISPATCH(resample_rows)(weights, source, target);
}

void dispatch_columns(const Weights& weights, const ColumnOutputs& outputs, const ImageView& source, std::uint8_t* target) {
  if (!weights.packed()) return scalar_passes().resample_columns(weights, outputs, source, target);
  HWY_DYNAMIC_DISPATCH(resample_columns)(weights, outputs, source, target);
}

}  // namespace

Passes simd_passes() {
  return {dispatch_rows, dispatch_columns};
}

}  // namespace coulis
#endif  // HWY_ONCE
