#include "core/network/fused/fp32/packing.hpp"

#include <algorithm>

#include "core/network/fused/packing.hpp"
#include "core/network/fused/split.hpp"

namespace coulis::fused::fp32 {
namespace {

PackedPointwise pack(const PointwiseWeights& layer, const std::vector<int>& widths, Arena& arena) {
  const auto pack_channel = [&layer](int channel, std::span<float> weights) {
    std::copy_n(layer.weight.begin() + static_cast<std::ptrdiff_t>(channel) * layer.in_channels, weights.size(), weights.begin());
    return ChannelNumbers<Format>{layer.bias[static_cast<std::size_t>(channel)]};
  };
  return pack_panels<Format>({layer.in_channels}, layer.out_channels, widths, clamp_of(layer.activation), arena, pack_channel);
}

}  // namespace

PackedPointwise pack_pointwise(const PointwiseWeights& layer, const PointwiseKernel& kernel, Arena& arena) {
  return pack(layer, choose_widths(layer.out_channels, kernel.widths), arena);
}

PackedPointwise pack_sparse_pointwise(const PointwiseWeights& layer, const SparsePointwiseKernel& kernel, Arena& arena) {
  const Split panels = split_evenly((layer.out_channels + kernel.lanes - 1) / kernel.lanes, kernel.max_vectors);
  std::vector<int> widths;
  for (int i = 0; i < panels.parts; ++i) widths.push_back(panels.size(i) * kernel.lanes);
  return pack(layer, widths, arena);
}

PackedPointwise pack_stem(const StemWeights& layer, const PointwiseKernel& kernel, Arena& arena) {
  return pack_pointwise({layer.kernel * layer.kernel * 3, layer.out_channels, layer.activation, layer.weight, layer.bias}, kernel, arena);
}

}  // namespace coulis::fused::fp32
