#include <cstddef>

#include "core/network/fused/plan.hpp"
#include "core/network/model.hpp"

namespace coulis {
namespace {

double of_window(const fused::Window& window, std::size_t weights) {
  return static_cast<double>(window.out.pixels()) * static_cast<double>(weights);
}

}  // namespace

double multiply_adds(const Model& model) {
  const auto* layers = std::get_if<InvertedResidual>(&model.network);
  if (layers == nullptr) return 0;
  const InvertedResidualWeights& weights = *layers->weights;
  const fused::Plan plan = fused::make_plan(model.card, weights, sizeof(float));
  double sum = of_window(plan.stem, weights.stem.weight.size());
  for (std::size_t i = 0; i < weights.blocks.size(); ++i) {
    const BlockWeights& block = weights.blocks[i];
    const fused::Window& window = plan.blocks[i].window;
    if (block.maybe_expand) sum += static_cast<double>(window.in.pixels()) * static_cast<double>(block.maybe_expand->weight.size());
    sum += of_window(window, block.depthwise.weight.size() + block.project.weight.size());
  }
  if (weights.maybe_head) sum += of_window(plan.blocks.back().window, weights.maybe_head->weight.size());
  return sum;
}

}  // namespace coulis
