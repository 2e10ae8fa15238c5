#include "core/network/fused/int8/packing.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>

#include "core/base/error.hpp"

namespace coulis::fused::int8 {
namespace {

[[noreturn]] void refuse(const char* why) {
  throw Error(ErrorCode::kUsage, why, "use --precision fp32");
}

// The bias from which sums over uint8 inputs start, so that the zero point of the input counts as nothing.
// Refuses sums that some input could bring out of 32 bits, before or after scaling: the kernels rely on it.
std::int32_t fold_zero_point(std::int64_t bias, std::int64_t weight_sum, std::int64_t weight_magnitude, int zero_point, float scale) {
  const std::int64_t folded = bias - zero_point * weight_sum;
  const auto reach = static_cast<double>(std::abs(folded) + 255 * weight_magnitude);
  constexpr double kLimit = 0x1p31 - 256;  // float32 must not round it up to 2^31
  if (reach > kLimit || !(reach * scale < kLimit)) refuse("the int8 numbers of this model overflow 32 bits");
  return static_cast<std::int32_t>(folded);
}

// The inputs of an output channel. Weights of 0 fill up what is behind a chunk in its quads.
struct Inputs {
  int count;
  int chunk;        // so many of them lie behind each other in memory
  int chunk_quads;  // that hold a chunk
};

int quads_of(const Inputs& inputs) {
  const int rest = inputs.count % inputs.chunk;
  return inputs.count / inputs.chunk * inputs.chunk_quads + count_quads(rest);
}

struct PanelArrays {
  std::int8_t* weight;
  std::int32_t* bias;
  float* scale;
};

void pack_channel(const QuantisedLayer& layer, const Inputs& inputs, int channel, float scale, int vectors, int place,
                  const PanelArrays& arrays) {
  const auto at = static_cast<std::size_t>(channel);
  const auto count = static_cast<std::size_t>(inputs.count);
  std::int64_t sum = 0;
  std::int64_t magnitude = 0;
  for (int k = 0; k < inputs.count; ++k) {
    const std::int8_t weight = layer.weight[at * count + static_cast<std::size_t>(k)];
    const int quad = k / inputs.chunk * inputs.chunk_quads + k % inputs.chunk / kQuad;
    arrays.weight[(static_cast<std::ptrdiff_t>(quad) * vectors * kBlockChannels + place) * kQuad + k % inputs.chunk % kQuad] = weight;
    sum += weight;
    magnitude += std::abs(weight);
  }
  arrays.bias[place] = fold_zero_point(layer.bias[at], sum, magnitude, unsigned_zero_point(layer.input), scale);
  arrays.scale[place] = scale;
}

// Pairs of blocks, or threes where that leaves none over: what fits in the registers of a tile.
int choose_vectors(int left) {
  if (left <= kMaxVectors) return left;
  return left % kMaxVectors == 0 ? kMaxVectors : 2;
}

PackedPointwise pack(const QuantisedLayer& layer, const Inputs& inputs, int out_channels, Activation activation, Arena& arena) {
  PackedPointwise packed;
  packed.quads = quads_of(inputs);
  packed.out_channels = out_channels;
  packed.range = output_range_of(layer.output, activation);
  const std::vector<float> scales = output_scales_of(layer);
  const int blocks = count_blocks(out_channels);
  for (int first = 0; first < blocks;) {
    const int vectors = choose_vectors(blocks - first);
    const auto width = static_cast<std::size_t>(vectors) * kBlockChannels;
    const PanelArrays arrays{arena.allocate<std::int8_t>(static_cast<std::size_t>(packed.quads) * width * kQuad),
                             arena.allocate<std::int32_t>(width), arena.allocate<float>(width)};
    const int channels = std::min(vectors * kBlockChannels, out_channels - first * kBlockChannels);
    for (int place = 0; place < channels; ++place) {
      const int channel = first * kBlockChannels + place;
      pack_channel(layer, inputs, channel, scales[static_cast<std::size_t>(channel)], vectors, place, arrays);
    }
    packed.panels.push_back({first, vectors, arrays.weight, arrays.bias, arrays.scale});
    first += vectors;
  }
  return packed;
}

}  // namespace

PackedPointwise pack_pointwise(const PointwiseWeights& extents, const QuantisedLayer& layer, Arena& arena) {
  return pack(layer, {extents.in_channels, kBlockChannels, kBlockChannels / kQuad}, extents.out_channels, extents.activation, arena);
}

PackedPointwise pack_stem(const StemWeights& extents, const QuantisedLayer& layer, Arena& arena) {
  const int row = 3 * extents.kernel;
  return pack(layer, {extents.kernel * row, row, count_quads(row)}, extents.out_channels, extents.activation, arena);
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
