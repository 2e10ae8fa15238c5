#include "core/network/fused/bf16/packing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "core/network/fused/packing.hpp"

namespace coulis::fused::bf16 {
namespace {

// The largest weight becomes 127: weights that an 8-bit model was published with become its integers, which bfloat16 holds exactly.
float choose_scale(std::span<const float> weights) {
  float largest = 0;
  for (const float weight : weights) largest = std::max(largest, std::abs(weight));
  return largest > 0 ? largest / 127 : 1;
}

PackedPointwise pack(const PointwiseWeights& layer, const Inputs& inputs, const PointwiseKernel& kernel, Arena& arena) {
  const auto pack_channel = [&layer](int channel, std::span<Bfloat16> weights) {
    const std::span row(layer.weight.data() + static_cast<std::size_t>(channel) * weights.size(), weights.size());
    const float scale = choose_scale(row);
    std::transform(row.begin(), row.end(), weights.begin(), [scale](float weight) { return to_bfloat16(weight / scale); });
    return ChannelNumbers<Format>{layer.bias[static_cast<std::size_t>(channel)], scale};
  };
  return pack_panels<Format>(inputs, layer.out_channels, choose_widths(layer.out_channels, kernel.widths), clamp_of(layer.activation),
                             arena, pack_channel);
}

}  // namespace

PackedPointwise pack_pointwise(const PointwiseWeights& layer, const PointwiseKernel& kernel, Arena& arena) {
  return pack(layer, {layer.in_channels}, kernel, arena);
}

PackedPointwise pack_stem(const StemWeights& layer, const std::array<float, 3>& scale, const PointwiseKernel& kernel, Arena& arena) {
  const int row = layer.kernel * 3;
  PointwiseWeights scaled{layer.kernel * row, layer.out_channels, layer.activation, layer.weight, layer.bias};
  for (std::size_t i = 0; i < scaled.weight.size(); ++i) scaled.weight[i] *= scale[i % 3];
  return pack(scaled, {layer.kernel * row, row}, kernel, arena);
}

}  // namespace coulis::fused::bf16
