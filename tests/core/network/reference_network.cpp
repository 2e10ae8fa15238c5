#include "tests/core/network/reference_network.hpp"

#include <algorithm>
#include <cstddef>

#include "tests/core/network/reference_layers.hpp"

namespace coulis {
namespace {

Tensor run_block(const Tensor& in, const BlockWeights& block, Padding padding) {
  const Tensor expanded = block.maybe_expand ? mix_channels(in, *block.maybe_expand) : in;
  Tensor out = mix_channels(convolve_depthwise(expanded, block.depthwise, padding), block.project);
  if (block.residual) std::transform(out.values.begin(), out.values.end(), in.values.begin(), out.values.begin(), std::plus<>());
  return out;
}

}  // namespace

std::vector<double> compute_reference_features(const Model& model, const ImageView& image) {
  const InvertedResidualWeights& layers = *model.maybe_weights;
  Tensor in(image.height, image.width, 3);
  for (std::size_t i = 0; i < in.values.size(); ++i)
    in.values[i] = image.data[i] * model.card.input_scale[i % 3] + model.card.input_offset[i % 3];
  Tensor tensor = convolve_stem(in, layers.stem, layers.padding);
  for (const BlockWeights& block : layers.blocks) tensor = run_block(tensor, block, layers.padding);
  if (layers.maybe_head) tensor = mix_channels(tensor, *layers.maybe_head);
  std::vector<double> features(static_cast<std::size_t>(tensor.channels));
  for (std::size_t i = 0; i < tensor.values.size(); ++i) features[i % features.size()] += tensor.values[i];
  for (double& feature : features) feature /= tensor.height * tensor.width;
  return features;
}

}  // namespace coulis
