#include "tests/core/network/reference_network.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <utility>

#include "tests/core/network/reference_layers.hpp"

namespace coulis {
namespace {

class Runner {
 public:
  explicit Runner(Padding padding) : padding_(padding) {}

  Tensor stem(const Tensor& in, const StemWeights& layer) {
    return note(convolve_stem(in, layer, padding_), layer.kernel * layer.kernel * 3);
  }

  Tensor mix(const Tensor& in, const PointwiseWeights& layer) { return note(mix_channels(in, layer), layer.in_channels); }

  Tensor block(const Tensor& in, const BlockWeights& block) {
    const Tensor expanded = block.maybe_expand ? mix(in, *block.maybe_expand) : in;
    const int kernel = block.depthwise.kernel;
    Tensor out = mix(note(convolve_depthwise(expanded, block.depthwise, padding_), kernel * kernel), block.project);
    if (!block.residual) return out;
    std::transform(out.values.begin(), out.values.end(), in.values.begin(), out.values.begin(), std::plus<>());
    return note(std::move(out), 1);
  }

  std::vector<double> pool(const Tensor& in) {
    std::vector<double> features(static_cast<std::size_t>(in.channels));
    for (std::size_t i = 0; i < in.values.size(); ++i) features[i % features.size()] += in.values[i];
    for (double& feature : features) feature /= in.height * in.width;
    run.terms += in.height * in.width;
    return features;
  }

  ReferenceRun run;

 private:
  Tensor note(Tensor tensor, int products) {
    run.terms += products + 1;  // the bias
    for (const double value : tensor.values) run.largest = std::max(run.largest, std::abs(value));
    return tensor;
  }

  Padding padding_;
};

}  // namespace

double ReferenceRun::float32_bound() const {
  return 5 / std::sqrt(3) * std::numeric_limits<float>::epsilon() / 2 * std::sqrt(terms) * largest;
}

ReferenceRun run_reference(const Model& model, const ImageView& image) {
  const InvertedResidualWeights& layers = *std::get<InvertedResidual>(model.network).weights;
  Tensor in(image.height, image.width, 3);
  for (std::size_t i = 0; i < in.values.size(); ++i)
    in.values[i] = image.data[i] * model.card.preprocessing.scale[i % 3] + model.card.preprocessing.offset[i % 3];
  Runner runner(layers.padding);
  Tensor tensor = runner.stem(in, layers.stem);
  for (const BlockWeights& block : layers.blocks) tensor = runner.block(tensor, block);
  if (layers.maybe_head) tensor = runner.mix(tensor, *layers.maybe_head);
  runner.run.features = runner.pool(tensor);
  return runner.run;
}

}  // namespace coulis
