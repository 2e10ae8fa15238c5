#include "core/network/model_weights.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/error.hpp"

namespace coulis {
namespace {

using Shape = std::vector<std::int64_t>;

enum class ChannelAxis { kFirst, kLast };

// A convolution's tensors by name. input_scale names the scale of what the layer reads; only a quantised layer needs it.
struct LayerNames {
  std::string layer;
  std::string input_scale;
};

const TensorView& find_tensor(const Safetensors& file, const std::string& name, const Shape& shape) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end()) throw Error(ErrorCode::kRunFailed, fmt::format("the model file has no tensor '{}'", name));
  if (found->second.shape != shape) {
    throw Error(ErrorCode::kRunFailed,
                fmt::format("tensor '{}' is [{}], expected [{}]", name, fmt::join(found->second.shape, ", "), fmt::join(shape, ", ")));
  }
  return found->second;
}

template <class T>
std::vector<T> copy_values(const TensorView& tensor, const std::string& name, DType dtype) {
  if (tensor.dtype != dtype) throw Error(ErrorCode::kRunFailed, fmt::format("tensor '{}' has a type that does not fit", name));
  std::vector<T> values(static_cast<std::size_t>(tensor.count()));
  if (!values.empty()) std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

std::vector<float> check_finite(std::vector<float> values, const std::string& name) {
  if (!std::all_of(values.begin(), values.end(), [](float v) { return std::isfinite(v); })) {
    throw Error(ErrorCode::kRunFailed, fmt::format("tensor '{}' holds values that are not finite", name));
  }
  return values;
}

// Both formulas in double and rounded once, so that every reader of the published numbers gets the same bits.
std::vector<float> dequantise_weight(const std::vector<std::int8_t>& quantised, const std::vector<float>& scales, ChannelAxis axis) {
  std::vector<float> values(quantised.size());
  const std::size_t per_channel = quantised.size() / scales.size();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t channel = axis == ChannelAxis::kFirst ? i / per_channel : i % scales.size();
    values[i] = static_cast<float>(static_cast<double>(quantised[i]) * double{scales[channel]});
  }
  return values;
}

std::vector<float> dequantise_bias(const std::vector<std::int32_t>& quantised, const std::vector<float>& scales, float input_scale) {
  std::vector<float> values(quantised.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(static_cast<double>(quantised[i]) * (double{input_scale} * double{scales[i]}));
  }
  return values;
}

void read_layer(const Safetensors& file, const LayerNames& names, const Shape& shape, ChannelAxis axis, std::vector<float>& weight,
                std::vector<float>& bias) {
  const std::string weight_name = names.layer + ".weight";
  const std::string bias_name = names.layer + ".bias";
  const Shape channels = {axis == ChannelAxis::kFirst ? shape.front() : shape.back()};
  const TensorView& weight_tensor = find_tensor(file, weight_name, shape);
  const TensorView& bias_tensor = find_tensor(file, bias_name, channels);
  if (weight_tensor.dtype == DType::kI8) {
    const std::vector<float> scales = read_f32(file, names.layer + ".weight_scale", channels);
    const float input_scale = read_f32(file, names.input_scale, {1}).front();
    weight = dequantise_weight(copy_values<std::int8_t>(weight_tensor, weight_name, DType::kI8), scales, axis);
    bias = dequantise_bias(copy_values<std::int32_t>(bias_tensor, bias_name, DType::kI32), scales, input_scale);
  } else {
    weight = copy_values<float>(weight_tensor, weight_name, DType::kF32);
    bias = copy_values<float>(bias_tensor, bias_name, DType::kF32);
  }
  weight = check_finite(std::move(weight), weight_name);
  bias = check_finite(std::move(bias), bias_name);
}

void read_pointwise(const Safetensors& file, const LayerNames& names, PointwiseWeights& layer) {
  read_layer(file, names, {layer.out_channels, layer.in_channels}, ChannelAxis::kFirst, layer.weight, layer.bias);
}

// -> the name of the scale of the block's output.
std::string read_block(const Safetensors& file, const std::string& name, std::string input_scale, BlockWeights& block) {
  if (block.maybe_expand) {
    read_pointwise(file, {name + ".expand", input_scale}, *block.maybe_expand);
    input_scale = name + ".expand.output_scale";
  }
  DepthwiseWeights& depthwise = block.depthwise;
  read_layer(file, {name + ".depthwise", input_scale}, {depthwise.kernel, depthwise.kernel, depthwise.channels}, ChannelAxis::kLast,
             depthwise.weight, depthwise.bias);
  read_pointwise(file, {name + ".project", name + ".depthwise.output_scale"}, block.project);
  return name + (block.residual ? ".add.output_scale" : ".project.output_scale");
}

}  // namespace

void read_weights(const Safetensors& file, InvertedResidualWeights& layers) {
  StemWeights& stem = layers.stem;
  read_layer(file, {"stem", "input_scale"}, {stem.out_channels, stem.kernel, stem.kernel, 3}, ChannelAxis::kFirst, stem.weight, stem.bias);
  std::string input_scale = "stem.output_scale";
  for (std::size_t i = 0; i < layers.blocks.size(); ++i) {
    input_scale = read_block(file, fmt::format("blocks.{}", i), input_scale, layers.blocks[i]);
  }
  if (layers.maybe_head) read_pointwise(file, {"head", input_scale}, *layers.maybe_head);
}

}  // namespace coulis
