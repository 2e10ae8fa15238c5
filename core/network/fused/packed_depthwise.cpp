#include "core/network/fused/packed_depthwise.hpp"

#include <algorithm>
#include <cstddef>

#include "core/network/fused/layout.hpp"

namespace coulis::fused {

PackedDepthwise pack_depthwise(const DepthwiseWeights& layer, Arena& arena) {
  const int taps = layer.kernel * layer.kernel;
  const auto blocks = static_cast<std::size_t>(count_blocks(layer.channels));
  auto* weight = arena.allocate<float>(blocks * static_cast<std::size_t>(taps) * kBlockChannels);
  auto* bias = arena.allocate<float>(blocks * kBlockChannels);
  std::copy(layer.bias.begin(), layer.bias.end(), bias);
  for (int channel = 0; channel < layer.channels; ++channel) {
    const int block = channel / kBlockChannels;
    for (int tap = 0; tap < taps; ++tap) {
      weight[(block * taps + tap) * kBlockChannels + channel % kBlockChannels] =
          layer.weight[static_cast<std::size_t>(tap) * static_cast<std::size_t>(layer.channels) + static_cast<std::size_t>(channel)];
    }
  }
  return {layer.kernel, layer.stride, layer.channels, clamp_of(layer.activation), weight, bias};
}

}  // namespace coulis::fused
