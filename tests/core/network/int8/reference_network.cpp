#include "tests/core/network/int8/reference_network.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/network/quantised_layers.hpp"
#include "tests/core/network/reference_layers.hpp"

namespace coulis {
namespace {

// Tensors hold int8 less its zero point: what the sums are over, and 0 is the padding.

void requantise(Tensor& sums, const QuantisedLayer& layer, Activation activation) {
  const double zero_point = layer.output.zero_point;
  const double low = activation == Activation::kNone ? -128 : zero_point;
  const double six = zero_point + std::nearbyint(6.0F / layer.output.scale);
  const double high = activation == Activation::kRelu6 ? std::min(127.0, six) : 127;
  for (std::size_t i = 0; i < sums.values.size(); ++i) {
    const float scale = layer.input.scale * layer.weight_scales[i % static_cast<std::size_t>(sums.channels)] / layer.output.scale;
    const float scaled = static_cast<float>(sums.values[i]) * scale;
    sums.values[i] = std::clamp(std::nearbyint(double{scaled}) + zero_point, low, high) - zero_point;
  }
}

// The loops' layers with the integers as their weights.
template <class Extents>
Extents with_integers(const Extents& extents, const QuantisedLayer& layer) {
  Extents integers = extents;
  integers.activation = Activation::kNone;
  integers.weight.assign(layer.weight.begin(), layer.weight.end());
  integers.bias.assign(layer.bias.begin(), layer.bias.end());
  return integers;
}

Tensor run_pointwise(const Tensor& in, const PointwiseWeights& extents, const QuantisedLayer& layer) {
  Tensor out = mix_channels(in, with_integers(extents, layer));
  requantise(out, layer, extents.activation);
  return out;
}

void add(Tensor& out, const Tensor& in, const QuantisedBlock& block) {
  const float in_ratio = block.input.scale / block.output.scale;
  const float out_ratio = block.project.output.scale / block.output.scale;
  const int shift = 20 - static_cast<int>(std::floor(std::log2(std::max(in_ratio, out_ratio))));
  const auto multiplier = [shift](float ratio) { return std::llrint(std::ldexp(double{ratio}, shift)); };
  for (std::size_t i = 0; i < out.values.size(); ++i) {
    const std::int64_t sum =
        static_cast<std::int64_t>(in.values[i]) * multiplier(in_ratio) + static_cast<std::int64_t>(out.values[i]) * multiplier(out_ratio);
    const std::int64_t rounded = (sum + (std::int64_t{1} << (shift - 1))) >> shift;
    const int zero_point = block.output.zero_point;
    out.values[i] = static_cast<double>(std::clamp<std::int64_t>(rounded + zero_point, -128, 127) - zero_point);
  }
}

Tensor run_block(const Tensor& in, const BlockWeights& extents, const QuantisedBlock& block, Padding padding) {
  const Tensor expanded = extents.maybe_expand ? run_pointwise(in, *extents.maybe_expand, *block.maybe_expand) : in;
  Tensor out = convolve_depthwise(expanded, with_integers(extents.depthwise, block.depthwise), padding);
  requantise(out, block.depthwise, extents.depthwise.activation);
  out = run_pointwise(out, extents.project, block.project);
  if (extents.residual) add(out, in, block);
  return out;
}

}  // namespace

std::vector<float> compute_reference_int8_features(const Model& model, const ImageView& image) {
  const InvertedResidualWeights& extents = *std::get<InvertedResidual>(model.network).weights;
  const QuantisedInvertedResidual& quantised = *std::get<InvertedResidual>(model.network).maybe_quantised;
  Tensor in(image.height, image.width, 3);
  for (std::size_t i = 0; i < in.values.size(); ++i) in.values[i] = image.data[i] - 128 - quantised.stem.input.zero_point;
  Tensor tensor = convolve_stem(in, with_integers(extents.stem, quantised.stem), extents.padding);
  requantise(tensor, quantised.stem, extents.stem.activation);
  for (std::size_t i = 0; i < extents.blocks.size(); ++i)
    tensor = run_block(tensor, extents.blocks[i], quantised.blocks[i], extents.padding);
  if (extents.maybe_head) tensor = run_pointwise(tensor, *extents.maybe_head, *quantised.maybe_head);

  Tensor sums(1, 1, tensor.channels);
  for (std::size_t i = 0; i < tensor.values.size(); ++i) sums.values[i % sums.values.size()] += tensor.values[i];
  const auto pixels = static_cast<float>(tensor.height * tensor.width);
  std::vector<float> features;
  for (const double sum : sums.values) {
    const float scaled = static_cast<float>(sum) * (quantised.last.scale / quantised.pool.scale / pixels);
    const double zero_point = quantised.pool.zero_point;
    const double integer = std::clamp(std::nearbyint(double{scaled}) + zero_point, -128.0, 127.0);
    features.push_back(static_cast<float>(integer - zero_point) * quantised.pool.scale);
  }
  return features;
}

}  // namespace coulis
