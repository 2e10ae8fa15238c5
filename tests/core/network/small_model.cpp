#include "tests/core/network/small_model.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "tests/core/network/random_floats.hpp"

namespace coulis {
namespace {

using nlohmann::json;

void add_layer(SmallModel& model, const std::string& name, std::vector<std::int64_t> shape, std::int64_t channels) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  const float reach = std::sqrt(6.0F * static_cast<float>(channels) / static_cast<float>(count));
  const auto seed = static_cast<unsigned>(model.values.size());
  model.values[name + ".weight"] = random_floats(static_cast<std::size_t>(count), -reach, reach, seed);
  model.values[name + ".bias"] = random_floats(static_cast<std::size_t>(channels), -0.2F, 0.4F, seed + 1);
  model.shapes[name + ".weight"] = std::move(shape);
  model.shapes[name + ".bias"] = {channels};
}

struct Block {
  bool expand;
  int kernel, stride, in, expanded, out;
  bool residual;
};

void add_block(SmallModel& model, const Block& block) {
  const std::string name = "blocks." + std::to_string(model.card["blocks"].size());
  if (block.expand) add_layer(model, name + ".expand", {block.expanded, block.in}, block.expanded);
  add_layer(model, name + ".depthwise", {block.kernel, block.kernel, block.expanded}, block.expanded);
  add_layer(model, name + ".project", {block.out, block.expanded}, block.out);
  model.card["blocks"].push_back({{"expand", block.expand},
                                  {"kernel", block.kernel},
                                  {"stride", block.stride},
                                  {"in_channels", block.in},
                                  {"expanded_channels", block.expanded},
                                  {"out_channels", block.out},
                                  {"residual", block.residual},
                                  {"activation", block.kernel == 5 ? "relu" : "relu6"},
                                  {"project_activation", block.expand ? "none" : "relu6"}});
}

void set_quantisation(SmallModel& model, const std::string& activation, float scale, std::int32_t zero_point) {
  model.values[activation + "_scale"] = {scale};
  model.integers[activation + "_zero_point"] = {zero_point};
  model.shapes[activation + "_scale"] = model.shapes[activation + "_zero_point"] = {1};
}

std::string bias_of(const std::string& weight) {
  return weight.substr(0, weight.rfind('.')) + ".bias";
}

// Random integers in place of `weights`, with scales that keep the values as large as they were.
void quantise_layer(SmallModel& model, const std::string& name, const std::vector<float>& weights, std::size_t channels) {
  const auto seed = static_cast<unsigned>(model.bytes.size());
  const float reach = *std::max_element(weights.begin(), weights.end());
  for (const float weight : random_floats(weights.size(), -128, 128, seed)) {
    model.bytes[name + ".weight"].push_back(static_cast<std::int8_t>(std::floor(weight)));
  }
  for (const float bias : random_floats(channels, -2000, 9000, seed + 1)) {
    model.integers[name + ".bias"].push_back(static_cast<std::int32_t>(bias));
  }
  model.values[name + ".weight_scale"] = random_floats(channels, reach / 170, reach / 85, seed + 2);
  model.shapes[name + ".weight_scale"] = {static_cast<std::int64_t>(channels)};
  if (name.ends_with(".project")) return set_quantisation(model, name + ".output", 0.063F, static_cast<std::int32_t>(seed % 30) - 15);
  set_quantisation(model, name + ".output", 6.0F / 255, -128);
}

}  // namespace

SmallModel make_small_model(const SmallModelOptions& options) {
  SmallModel model;
  model.card = {
      {"name", "small"},
      {"title", "A small model for tests"},
      {"architecture", "inverted_residual"},
      {"source", "random numbers"},
      {"licence", "CC0-1.0"},
      {"input",
       {{"width_px", options.width_px}, {"height_px", options.height_px}, {"filter", "bicubic"}, {"scale", 0.0078125}, {"offset", -0.9}}},
      {"padding", options.padding},
      {"stem", {{"kernel", 3}, {"stride", options.stem_stride}, {"in_channels", 3}, {"out_channels", 20}, {"activation", "relu6"}}},
      {"blocks", json::array()}};
  add_layer(model, "stem", {20, 3, 3, 3}, 20);
  const int first_expanded = options.first_block_expands ? 40 : 20;
  add_block(model, {options.first_block_expands, 3, 1, 20, first_expanded, 24, false});
  add_block(model, {true, 3, 1, 24, 100, 24, true});
  add_block(model, {true, 5, 2, 24, 37, 9, false});
  add_block(model, {false, 3, 1, 9, 9, 33, false});
  add_block(model, {true, 3, 2, 33, 80, 50, false});
  add_block(model, {true, 5, 1, 50, 52, 50, true});
  model.card["feature_width"] = options.head ? 75 : 50;
  if (options.head) {
    model.card["head"] = {{"in_channels", 50}, {"out_channels", 75}, {"activation", "relu6"}};
    add_layer(model, "head", {75, 50}, 75);
  }
  return model;
}

SmallModel make_small_quantised_model(const SmallModelOptions& options) {
  SmallModel model = make_small_model(options);
  const auto layers = std::exchange(model.values, {});
  set_quantisation(model, "input", 0.0078125F, -13);
  set_quantisation(model, "pool.output", 0.02F, -120);
  for (const auto& [name, weights] : layers) {
    if (name.ends_with(".weight")) quantise_layer(model, name.substr(0, name.rfind('.')), weights, layers.at(bias_of(name)).size());
  }
  for (std::size_t i = 0; i < model.card["blocks"].size(); ++i) {
    const std::string block = "blocks." + std::to_string(i);
    if (model.card["blocks"][i]["residual"]) set_quantisation(model, block + ".add.output", 0.071F, 11);
  }
  set_quantisation(model, "blocks.2.project.output", 0.05F, -128);  // the next block pads it
  set_quantisation(model, "blocks.4.expand.output", 0.04F, -128);   // 6 is 150 quanta
  set_quantisation(model, "head.output", 0.025F, -125);
  return model;
}

std::vector<std::byte> SmallModel::to_bytes() const {
  std::map<std::string, TensorView> tensors;
  for (const auto& [name, data] : values) tensors[name] = {DType::kF32, shapes.at(name), std::as_bytes(std::span(data))};
  for (const auto& [name, data] : bytes) tensors[name] = {DType::kI8, shapes.at(name), std::as_bytes(std::span(data))};
  for (const auto& [name, data] : integers) tensors[name] = {DType::kI32, shapes.at(name), std::as_bytes(std::span(data))};
  return write_safetensors(tensors, {{"format", format}, {"card", card.dump()}});
}

}  // namespace coulis
