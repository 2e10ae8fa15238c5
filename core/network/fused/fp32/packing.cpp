#include "core/network/fused/fp32/packing.hpp"

#include <algorithm>
#include <cstddef>

namespace coulis::fused::fp32 {
namespace {

// Whole panels of the preferred width; a rest that fits in one panel is one, and a width that three divides goes in threes.
int choose_panel_vectors(int left, const PointwiseKernel& kernel) {
  if (left <= kernel.max_vectors) return std::max(left, kernel.min_vectors);
  const bool starts_at_blocks = kernel.max_vectors * kernel.lanes % kBlockChannels == 0;
  return starts_at_blocks && left % kernel.max_vectors == 0 ? kernel.max_vectors : kernel.preferred_vectors;
}

Panel pack_panel(const PointwiseWeights& layer, int lanes, int first_vector, int vectors, Arena& arena) {
  const auto in = static_cast<std::size_t>(layer.in_channels);
  const auto width = static_cast<std::size_t>(vectors * lanes);
  const auto first = static_cast<std::size_t>(first_vector * lanes);
  const std::size_t channels = std::min(width, static_cast<std::size_t>(layer.out_channels) - first);
  auto* weight = arena.allocate<float>(in * width);  // zeros: what a panel has beyond the last channel
  auto* bias = arena.allocate<float>(width);
  for (std::size_t j = 0; j < channels; ++j) {
    bias[j] = layer.bias[first + j];
    for (std::size_t k = 0; k < in; ++k) weight[k * width + j] = layer.weight[(first + j) * in + k];
  }
  return {first_vector, vectors, static_cast<int>(channels), weight, bias};
}

PackedPointwise without_panels(const PointwiseWeights& layer, int lanes) {
  return {layer.in_channels, layer.out_channels, lanes, clamp_of(layer.activation), {}};
}

int count_vectors(const PackedPointwise& layer) {
  return (layer.out_channels + layer.lanes - 1) / layer.lanes;
}

}  // namespace

PackedPointwise pack_pointwise(const PointwiseWeights& layer, const PointwiseKernel& kernel, Arena& arena) {
  PackedPointwise packed = without_panels(layer, kernel.lanes);
  const int all_vectors = count_vectors(packed);
  for (int vector = 0; vector < all_vectors;) {
    const int vectors = choose_panel_vectors(all_vectors - vector, kernel);
    packed.panels.push_back(pack_panel(layer, kernel.lanes, vector, vectors, arena));
    vector += vectors;
  }
  return packed;
}

PackedPointwise pack_sparse_pointwise(const PointwiseWeights& layer, const SparsePointwiseKernel& kernel, Arena& arena) {
  PackedPointwise packed = without_panels(layer, kernel.lanes);
  const int all_vectors = count_vectors(packed);
  const int panels = (all_vectors + kernel.max_vectors - 1) / kernel.max_vectors;
  for (int i = 0; i < panels; ++i) {
    const int first = all_vectors * i / panels;
    packed.panels.push_back(pack_panel(layer, kernel.lanes, first, all_vectors * (i + 1) / panels - first, arena));
  }
  return packed;
}

PackedPointwise pack_stem(const StemWeights& layer, const PointwiseKernel& kernel, Arena& arena) {
  return pack_pointwise({layer.kernel * layer.kernel * 3, layer.out_channels, layer.activation, layer.weight, layer.bias}, kernel, arena);
}

}  // namespace coulis::fused::fp32
