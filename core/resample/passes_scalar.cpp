#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/resample/passes.hpp"

namespace coulis {
namespace {

constexpr std::int32_t kOneHalf = 1 << (kWeightBits - 1);

std::uint8_t round_to_byte(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

void resample_rows(const Weights& weights, const ImageView& source, std::uint8_t* target) {
  const std::size_t row_bytes = static_cast<std::size_t>(weights.out_px) * 3;
  for (int y = 0; y < source.height; ++y) {
    resample_row_scalar(weights, source.row(y), 0, weights.out_px, target + static_cast<std::size_t>(y) * row_bytes);
  }
}

void resample_columns(const Weights& weights, const ColumnOutputs& outputs, const ImageView& source, std::uint8_t* target) {
  const int row_bytes = source.width * 3;
  for (int out = outputs.first; out < outputs.end; ++out, target += row_bytes) {
    resample_column_scalar(weights, out, outputs.first_row, source, 0, row_bytes, target);
  }
}

}  // namespace

void resample_row_scalar(const Weights& weights, const std::uint8_t* source_row, int first_out, int end_out, std::uint8_t* target_row) {
  for (int out = first_out; out < end_out; ++out) {
    const std::span<const std::int32_t> k = weights.taps_of(out);
    const std::uint8_t* pixels = source_row + static_cast<std::size_t>(weights.start[static_cast<std::size_t>(out)]) * 3;
    std::int32_t red = kOneHalf, green = kOneHalf, blue = kOneHalf;
    for (std::size_t i = 0; i < k.size(); ++i) {
      red += pixels[3 * i] * k[i];
      green += pixels[3 * i + 1] * k[i];
      blue += pixels[3 * i + 2] * k[i];
    }
    std::uint8_t* target = target_row + static_cast<std::size_t>(out) * 3;
    target[0] = round_to_byte(red);
    target[1] = round_to_byte(green);
    target[2] = round_to_byte(blue);
  }
}

void resample_column_scalar(const Weights& weights, int out, int first_row, const ImageView& source, int first_byte, int end_byte,
                            std::uint8_t* target_row) {
  const std::span<const std::int32_t> k = weights.taps_of(out);
  const int start = weights.start[static_cast<std::size_t>(out)] - first_row;
  for (int x = first_byte; x < end_byte; ++x) {
    std::int32_t sum = kOneHalf;
    for (std::size_t i = 0; i < k.size(); ++i) sum += source.row(start + static_cast<int>(i))[x] * k[i];
    target_row[x] = round_to_byte(sum);
  }
}

Passes scalar_passes() {
  return {resample_rows, resample_columns};
}

}  // namespace coulis
