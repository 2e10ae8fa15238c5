#include "core/network/fused/int8/packing.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <span>

#include "core/base/error.hpp"
#include "core/network/fused/packing.hpp"

namespace coulis::fused::int8 {
namespace {

[[noreturn]] void refuse(const char* why) {
  throw Error(ErrorCode::kUsage, why, "use --precision fp32");
}

// The bias from which sums over uint8 inputs start, so that the zero point of the input cancels out.
// Refuses sums that some input could make overflow 32 bits, before or after scaling: the kernels rely on it.
std::int32_t fold_zero_point(std::int64_t bias, std::int64_t weight_sum, std::int64_t weight_magnitude, int zero_point, float scale) {
  const std::int64_t folded = bias - zero_point * weight_sum;
  const auto reach = static_cast<double>(std::abs(folded) + 255 * weight_magnitude);
  constexpr double kLimit = 0x1p31 - 256;  // float32 must not round it up to 2^31
  if (reach > kLimit || !(reach * scale < kLimit)) refuse("the int8 numbers of this model overflow 32 bits");
  return static_cast<std::int32_t>(folded);
}

PackedPointwise pack(const QuantisedLayer& layer, const Inputs& inputs, int out_channels, Activation activation,
                     const PointwiseKernel& kernel, Arena& arena) {
  const std::vector<float> scales = output_scales_of(layer);
  const auto pack_channel = [&](int channel, std::span<std::int8_t> weights) {
    const auto at = static_cast<std::size_t>(channel);
    std::copy_n(layer.weight.begin() + static_cast<std::ptrdiff_t>(at * weights.size()), weights.size(), weights.begin());
    std::int64_t sum = 0;
    std::int64_t magnitude = 0;
    for (const std::int8_t weight : weights) {
      sum += weight;
      magnitude += std::abs(weight);
    }
    return ChannelNumbers<Format>{fold_zero_point(layer.bias[at], sum, magnitude, unsigned_zero_point(layer.input), scales[at]),
                                  scales[at]};
  };
  return pack_panels<Format>(inputs, out_channels, choose_widths(out_channels, kernel.widths),
                             {output_range_of(layer.output, activation), {}}, arena, pack_channel);
}

}  // namespace

PackedPointwise pack_pointwise(const PointwiseWeights& extents, const QuantisedLayer& layer, const PointwiseKernel& kernel, Arena& arena) {
  return pack(layer, {extents.in_channels}, extents.out_channels, extents.activation, kernel, arena);
}

PackedPointwise pack_stem(const StemWeights& extents, const QuantisedLayer& layer, const PointwiseKernel& kernel, Arena& arena) {
  const int row = 3 * extents.kernel;
  return pack(layer, {extents.kernel * row, row}, extents.out_channels, extents.activation, kernel, arena);
}

PackedDepthwise pack_depthwise(const DepthwiseWeights& extents, const QuantisedLayer& layer, Arena& arena) {
  if (unsigned_zero_point(layer.input) != 0)
    refuse("a depthwise layer of this model has an input that is not a ReLU's: int8 cannot pad it");
  const auto taps = static_cast<std::size_t>(extents.kernel) * static_cast<std::size_t>(extents.kernel);
  const auto channels = static_cast<std::size_t>(extents.channels);
  const std::size_t width = static_cast<std::size_t>(count_blocks(extents.channels)) * kBlockChannels;
  auto* weight = arena.allocate<std::int8_t>(taps * width);
  auto* bias = arena.allocate<std::int32_t>(width);
  auto* scale = arena.allocate<float>(width);
  const std::vector<float> scales = output_scales_of(layer);
  for (std::size_t channel = 0; channel < channels; ++channel) {
    std::int64_t magnitude = 0;
    for (std::size_t tap = 0; tap < taps; ++tap) {
      const std::int8_t value = layer.weight[tap * channels + channel];
      weight[(channel / kBlockChannels * taps + tap) * kBlockChannels + channel % kBlockChannels] = value;
      magnitude += std::abs(value);
    }
    bias[channel] = fold_zero_point(layer.bias[channel], 0, magnitude, 0, scales[channel]);
    scale[channel] = scales[channel];
  }
  return {extents.kernel, extents.stride, extents.channels, output_range_of(layer.output, extents.activation), weight, bias, scale};
}

}  // namespace coulis::fused::int8
