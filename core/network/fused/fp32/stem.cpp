#include "core/network/fused/fp32/stem.hpp"

#include <cstdint>

#include "core/network/fused/stem.hpp"

namespace coulis::fused::fp32 {
namespace {

constexpr std::size_t kRgb = 3;

// The order of the three channels in four lanes repeats after three vectors: each has its own factors.
constexpr std::size_t kPeriod = 24;
using Factors = std::array<float, kPeriod>;

Factors repeat(const std::array<float, kRgb>& channels) {
  Factors factors{};
  for (std::size_t i = 0; i < kPeriod; ++i) factors[i] = channels[i % kRgb];
  return factors;
}

void convert_row(const std::uint8_t* pixels, std::size_t count, const Factors& scale, const Factors& offset, float* __restrict row) {
  const std::size_t whole = count / kPeriod * kPeriod;
  for (std::size_t i = 0; i < whole; i += kPeriod) {
    for (std::size_t j = 0; j < kPeriod; ++j) row[i + j] = static_cast<float>(pixels[i + j]) * scale[j] + offset[j];
  }
  for (std::size_t i = whole; i < count; ++i) row[i] = static_cast<float>(pixels[i]) * scale[i - whole] + offset[i - whole];
}

std::array<float, kRgb> to_floats(const std::array<double, kRgb>& values) {
  return {static_cast<float>(values[0]), static_cast<float>(values[1]), static_cast<float>(values[2])};
}

}  // namespace

PixelScale pixel_scale_of(const ModelCard& card) {
  return {to_floats(card.preprocessing.scale), to_floats(card.preprocessing.offset)};
}

void convert_rows(const ImageView& image, const PixelScale& pixel_scale, const Window& window, int first, int end, std::size_t row_elements,
                  float* rows) {
  const auto convert = [scale = repeat(pixel_scale.scale), offset = repeat(pixel_scale.offset)](
                           const std::uint8_t* pixels, std::size_t count, float* row) { convert_row(pixels, count, scale, offset, row); };
  convert_padded_rows(image, window, first, end, row_elements, 0.0F, rows, convert);
}

}  // namespace coulis::fused::fp32
