#include "tests/core/network/small_model.hpp"

#include <cmath>
#include <span>

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

std::vector<std::byte> SmallModel::to_bytes() const {
  std::map<std::string, TensorView> tensors;
  for (const auto& [name, data] : values) tensors[name] = {DType::kF32, shapes.at(name), std::as_bytes(std::span(data))};
  return write_safetensors(tensors, {{"format", format}, {"card", card.dump()}});
}

}  // namespace coulis
