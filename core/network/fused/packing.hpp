// Packing: the weights of a pointwise layer -> panels, in the order in which the kernels read them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "core/network/fused/arena.hpp"
#include "core/network/fused/pointwise.hpp"

namespace coulis::fused {

// The inputs of an output channel. Weights of zero fill up the last group of a chunk.
struct Inputs {
  int count = 0;
  int chunk = kBlockChannels;  // so many lie behind each other in memory
};

template <NumberFormat F>
struct ChannelNumbers {
  typename F::Sum bias = 0;
  float scale = 1;  // used if kScaled
};

// The widths of all panels, in channels: they hold out_channels or a little more.
std::vector<int> choose_widths(int out_channels, const PanelWidths& widths);

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

}  // namespace coulis::fused
