#include "core/network/quantised_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/base/error.hpp"

namespace coulis {
namespace {

using Shape = std::vector<std::int64_t>;

void check_scales(const std::vector<float>& scales, const std::string& name) {
  // Below the smallest normal number a product of scales would lose bits, or be zero.
  if (!std::all_of(scales.begin(), scales.end(), [](float scale) { return std::isnormal(scale) && scale > 0; })) {
    throw Error(ErrorCode::kRunFailed, fmt::format("tensor '{}' holds scales that are not positive numbers", name));
  }
}

// activation: "stem.output", "pool.output", ...
Quantisation read_quantisation(const Safetensors& file, const std::string& activation) {
  const std::vector<float> scale = read_f32(file, activation + "_scale", {1});
  check_scales(scale, activation + "_scale");
  const int zero_point = read_i32(file, activation + "_zero_point", {1}).front();
  if (zero_point < -128 || zero_point > 127) {
    throw Error(ErrorCode::kRunFailed, fmt::format("tensor '{}_zero_point' is {}, not -128 to 127", activation, zero_point));
  }
  return {scale.front(), zero_point};
}

QuantisedLayer read_layer(const Safetensors& file, const std::string& name, const Shape& shape, std::int64_t out_channels,
                          const Quantisation& input) {
  QuantisedLayer layer;
  layer.weight = read_i8(file, name + ".weight", shape);
  layer.weight_scales = read_f32(file, name + ".weight_scale", {out_channels});
  check_scales(layer.weight_scales, name + ".weight_scale");
  layer.bias = read_i32(file, name + ".bias", {out_channels});
  layer.input = input;
  layer.output = read_quantisation(file, name + ".output");
  return layer;
}

QuantisedLayer read_pointwise(const Safetensors& file, const std::string& name, const PointwiseWeights& extents,
                              const Quantisation& input) {
  return read_layer(file, name, {extents.out_channels, extents.in_channels}, extents.out_channels, input);
}

QuantisedBlock read_block(const Safetensors& file, const std::string& name, const BlockWeights& extents, const Quantisation& input) {
  QuantisedBlock block;
  block.input = input;
  if (extents.maybe_expand) block.maybe_expand = read_pointwise(file, name + ".expand", *extents.maybe_expand, input);
  const DepthwiseWeights& depthwise = extents.depthwise;
  block.depthwise = read_layer(file, name + ".depthwise", {depthwise.kernel, depthwise.kernel, depthwise.channels}, depthwise.channels,
                               block.maybe_expand ? block.maybe_expand->output : input);
  block.project = read_pointwise(file, name + ".project", extents.project, block.depthwise.output);
  block.output = extents.residual ? read_quantisation(file, name + ".add.output") : block.project.output;
  return block;
}

}  // namespace

std::shared_ptr<const QuantisedInvertedResidual> read_quantised_weights(const Safetensors& file, const InvertedResidualWeights& layers) {
  const auto stem = file.tensors.find("stem.weight");
  if (stem == file.tensors.end() || stem->second.dtype != DType::kI8) return nullptr;
  QuantisedInvertedResidual quantised;
  const std::int64_t kernel = layers.stem.kernel;
  const std::int64_t stem_channels = layers.stem.out_channels;
  quantised.stem = read_layer(file, "stem", {stem_channels, kernel, kernel, 3}, stem_channels, read_quantisation(file, "input"));
  quantised.last = quantised.stem.output;
  for (std::size_t i = 0; i < layers.blocks.size(); ++i) {
    quantised.blocks.push_back(read_block(file, fmt::format("blocks.{}", i), layers.blocks[i], quantised.last));
    quantised.last = quantised.blocks.back().output;
  }
  if (layers.maybe_head) {
    quantised.maybe_head = read_pointwise(file, "head", *layers.maybe_head, quantised.last);
    quantised.last = quantised.maybe_head->output;
  }
  quantised.pool = read_quantisation(file, "pool.output");
  return std::make_shared<const QuantisedInvertedResidual>(std::move(quantised));
}

}  // namespace coulis
