#include "core/network/fused/bf16/packing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace coulis::fused::bf16 {
namespace {

constexpr std::size_t kPair = 2;

// Threes where they fill the layer, else twos: 9 x 3 or 14 x 2 sums fill the registers.
int choose_panel_blocks(int left) {
  if (left <= kMaxPanelBlocks) return left;
  return left % kMaxPanelBlocks == 0 ? kMaxPanelBlocks : 2;
}

// The largest weight becomes 127: weights that an 8-bit model was published with become its integers, which bfloat16 holds exactly.
float choose_scale(std::span<const float> weights) {
  float largest = 0;
  for (const float weight : weights) largest = std::max(largest, std::abs(weight));
  return largest > 0 ? largest / 127 : 1;
}

Panel pack_panel(const PointwiseWeights& layer, int first_block, int blocks, Arena& arena) {
  const auto in = static_cast<std::size_t>(layer.in_channels);
  const auto width = static_cast<std::size_t>(blocks * kBlockChannels);
  const auto first = static_cast<std::size_t>(first_block * kBlockChannels);
  const std::size_t channels = std::min(width, static_cast<std::size_t>(layer.out_channels) - first);
  auto* weight = arena.allocate<Bfloat16>((in + 1) / kPair * width * kPair);  // zeros: what a panel has beyond the last channels
  auto* scale = arena.allocate<float>(width);
  auto* bias = arena.allocate<float>(width);
  for (std::size_t j = 0; j < channels; ++j) {
    const std::span row(layer.weight.data() + (first + j) * in, in);
    scale[j] = choose_scale(row);
    bias[j] = layer.bias[first + j];
    for (std::size_t k = 0; k < in; ++k) weight[(k / kPair * width + j) * kPair + k % kPair] = to_bfloat16(row[k] / scale[j]);
  }
  const bool half_last = blocks == 2 && channels <= width - kBlockChannels / 2;
  return {first_block, blocks, half_last, weight, scale, bias};
}

}  // namespace

PackedPointwise pack_pointwise(const PointwiseWeights& layer, Arena& arena) {
  PackedPointwise packed;
  packed.in_pairs = (layer.in_channels + 1) / 2;
  packed.out_channels = layer.out_channels;
  packed.clamp = clamp_of(layer.activation);
  const int all_blocks = count_blocks(layer.out_channels);
  for (int block = 0; block < all_blocks;) {
    const int blocks = choose_panel_blocks(all_blocks - block);
    packed.panels.push_back(pack_panel(layer, block, blocks, arena));
    block += blocks;
  }
  return packed;
}

PackedPointwise pack_stem(const StemWeights& layer, const std::array<float, 3>& scale, Arena& arena) {
  const auto row = static_cast<std::size_t>(layer.kernel * 3);
  const auto chunk = static_cast<std::size_t>(stem_chunk_elements(layer.kernel));
  PointwiseWeights widened{layer.kernel * stem_chunk_elements(layer.kernel), layer.out_channels, layer.activation, {}, layer.bias};
  widened.weight.resize(layer.weight.size() / row * chunk);  // [out, kernel, chunk]
  for (std::size_t i = 0; i < layer.weight.size(); ++i) widened.weight[i / row * chunk + i % row] = layer.weight[i] * scale[i % 3];
  return pack_pointwise(widened, arena);
}

}  // namespace coulis::fused::bf16
