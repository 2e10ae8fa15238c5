// Packing: the weights of a pointwise layer -> panels, in the order in which the kernels read them.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <span>
#include <vector>

#include "core/network/fused/arena.hpp"
#include "core/network/fused/clamp.hpp"
#include "core/network/fused/packed_depthwise.hpp"
#include "core/network/fused/pointwise.hpp"
#include "core/network/inverted_residual.hpp"

namespace coulis::fused {

// The inputs of an output channel. Weights of zero fill up the last group of a chunk.
struct Inputs {
  int count = 0;
  int chunk = kBlockChannels;  // inputs that are contiguous in memory
};

template <NumberFormat F>
struct ChannelNumbers {
  typename F::Sum bias = 0;
  float scale = 1;  // used if kScaled
};

// The widths of all panels, in channels: they hold out_channels or a little more.
inline std::vector<int> choose_widths(int out_channels, const PanelWidths& widths) {
  const bool starts_at_blocks = widths.max * widths.lanes % kBlockChannels == 0;
  std::vector<int> chosen;
  for (int left = (out_channels + widths.lanes - 1) / widths.lanes; left > 0;) {
    const bool takes_most = starts_at_blocks && left % widths.max == 0;
    const int vectors = left <= widths.max ? std::max(left, widths.min) : takes_most ? widths.max : widths.usual;
    chosen.push_back(vectors * widths.lanes);
    left -= vectors;
  }
  return chosen;
}

// pack_channel(channel, weights) writes the channel's weights [inputs.count] and returns its ChannelNumbers.
template <NumberFormat F, class PackChannel>
PackedPointwise<F> pack_panels(const Inputs& inputs, int out_channels, const std::vector<int>& widths, const typename F::Finish& finish,
                               Arena& arena, const PackChannel& pack_channel) {
  const int chunk_groups = count_groups<F>(inputs.chunk);
  PackedPointwise<F> packed{inputs.count / inputs.chunk * chunk_groups + count_groups<F>(inputs.count % inputs.chunk), finish, {}};
  std::vector<typename F::Weight> channel_weights(static_cast<std::size_t>(inputs.count));
  int first = 0;
  for (const int width : widths) {
    auto* weight =
        arena.allocate<typename F::Weight>(static_cast<std::size_t>(packed.groups) * static_cast<std::size_t>(width * F::kGroup));
    auto* bias = arena.allocate<typename F::Sum>(static_cast<std::size_t>(width));
    auto* scale = F::kScaled ? arena.allocate<float>(static_cast<std::size_t>(width)) : nullptr;
    const int channels = std::min(width, out_channels - first);
    for (int place = 0; place < channels; ++place) {
      const ChannelNumbers<F> numbers = pack_channel(first + place, std::span(channel_weights));
      bias[place] = numbers.bias;
      if (F::kScaled) scale[place] = numbers.scale;
      auto* target = weight + place * F::kGroup;  // in the group that comes next
      for (int k = 0, in_chunk = 0; k < inputs.count; ++k) {
        target[in_chunk % F::kGroup] = channel_weights[static_cast<std::size_t>(k)];
        const bool chunk_ends = ++in_chunk == inputs.chunk;
        if (chunk_ends) in_chunk = 0;
        if (chunk_ends || in_chunk % F::kGroup == 0) target += width * F::kGroup;
      }
    }
    packed.panels.push_back({first, width, channels, weight, bias, scale});
    first += width;
  }
  return packed;
}

// A format of rounded float32 weights: weights * scale is nearly row.
template <class F>
concept RoundedFormat = NumberFormat<F> && requires(std::span<const float> row, std::span<typename F::Weight> weights) {
  { F::round(row, weights) } -> std::same_as<float>;  // the scale
};

template <RoundedFormat F>
PackedPointwise<F> pack_floats(const PointwiseWeights& layer, const Inputs& inputs, const std::vector<int>& widths, Arena& arena) {
  const auto pack_channel = [&layer](int channel, std::span<typename F::Weight> weights) {
    const std::span row(layer.weight.data() + static_cast<std::size_t>(channel) * weights.size(), weights.size());
    return ChannelNumbers<F>{layer.bias[static_cast<std::size_t>(channel)], F::round(row, weights)};
  };
  return pack_panels<F>(inputs, layer.out_channels, widths, clamp_of(layer.activation), arena, pack_channel);
}

template <RoundedFormat F>
PackedPointwise<F> pack_pointwise(const PointwiseWeights& layer, const PointwiseKernel<F>& kernel, Arena& arena) {
  return pack_floats<F>(layer, {layer.in_channels}, choose_widths(layer.out_channels, kernel.widths), arena);
}

// The stem as a pointwise layer over the numbers of its window, each row a chunk. Its weights are multiplied by the `scale` of their
// channel.
template <RoundedFormat F>
PackedPointwise<F> pack_stem(const StemWeights& layer, const std::array<float, 3>& scale, const PointwiseKernel<F>& kernel, Arena& arena) {
  const int row = 3 * layer.kernel;
  PointwiseWeights scaled{layer.kernel * row, layer.out_channels, layer.activation, layer.weight, layer.bias};
  for (std::size_t i = 0; i < scaled.weight.size(); ++i) scaled.weight[i] *= scale[i % 3];
  return pack_floats<F>(scaled, {scaled.in_channels, row}, choose_widths(layer.out_channels, kernel.widths), arena);
}

// A Packer (packed_network.hpp) of float32 weights.
template <RoundedFormat F>
struct FloatPacker {
  const InvertedResidualWeights& weights;
  const PointwiseKernel<F>& kernel;
  std::array<float, 3> stem_scale = {1, 1, 1};

  PackedPointwise<F> stem(Arena& arena) const { return pack_stem(weights.stem, stem_scale, kernel, arena); }
  PackedPointwise<F> head(Arena& arena) const { return pack_pointwise(*weights.maybe_head, kernel, arena); }
  PackedPointwise<F> expand(std::size_t block, Arena& arena) const {
    return pack_pointwise(*weights.blocks[block].maybe_expand, kernel, arena);
  }
  PackedDepthwise depthwise(std::size_t block, Arena& arena) const { return pack_depthwise(weights.blocks[block].depthwise, arena); }
  PackedPointwise<F> project(std::size_t block, Arena& arena) const { return pack_pointwise(weights.blocks[block].project, kernel, arena); }
};

}  // namespace coulis::fused
