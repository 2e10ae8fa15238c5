#include "core/network/model_card.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>

#include "core/base/error.hpp"

namespace coulis {
namespace {

using nlohmann::json;

constexpr int kMaxInputPx = 4096;
constexpr int kMaxChannels = 1 << 14;
constexpr std::size_t kMaxBlocks = 256;
constexpr int kRgb = 3;
// A card without 'output' is from an importer that checked
// neither for a classifier nor for the order of the input's axes.
constexpr const char* kMadeBefore = "an earlier coulis imported it, and its features may be class scores, or come from a misread image";

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kRunFailed, why);
}

int read_int(const json& object, const char* key, int least, int most) {
  const json& value = object.at(key);
  if (!value.is_number_integer()) refuse(fmt::format("'{}' is not an integer", key));
  const auto number = value.get<std::int64_t>();
  if (number < least || number > most) refuse(fmt::format("'{}' is {}, not {} to {}", key, number, least, most));
  return static_cast<int>(number);
}

// A number for all channels, or one for each of red, green and blue.
std::array<double, kRgb> read_channels_of_rgb(const json& object, const char* key) {
  const json& value = object.at(key);
  std::array<double, kRgb> numbers{};
  if (value.is_array()) {
    if (value.size() != kRgb) refuse(fmt::format("'{}' has {} numbers, not one or {}", key, value.size(), kRgb));
    value.get_to(numbers);
  } else {
    numbers.fill(value.get<double>());
  }
  // The engine computes with floats.
  const auto fits = [](double number) { return std::abs(number) <= std::numeric_limits<float>::max(); };
  if (!std::all_of(numbers.begin(), numbers.end(), fits)) refuse(fmt::format("'{}' is not finite", key));
  return numbers;
}

int read_channels(const json& object, const char* key) {
  return read_int(object, key, 1, kMaxChannels);
}

int read_kernel(const json& object) {
  const int kernel = read_int(object, "kernel", 3, 5);
  if (kernel == 4) refuse("'kernel' is 4, not 3 or 5");
  return kernel;
}

Activation read_activation(const json& object, const char* key) {
  const auto name = object.at(key).get<std::string>();
  if (name == "none") return Activation::kNone;
  if (name == "relu") return Activation::kRelu;
  if (name == "relu6") return Activation::kRelu6;
  refuse(fmt::format("activation '{}' is not known", name));
}

Padding read_padding(const json& object) {
  const auto name = object.at("padding").get<std::string>();
  if (name == "same") return Padding::kSame;
  if (name == "symmetric") return Padding::kSymmetric;
  refuse(fmt::format("padding '{}' is not known", name));
}

PointwiseWeights read_pointwise(int in_channels, int out_channels, Activation activation) {
  PointwiseWeights layer;
  layer.in_channels = in_channels;
  layer.out_channels = out_channels;
  layer.activation = activation;
  return layer;
}

BlockWeights read_block(const json& object) {
  BlockWeights block;
  const int in_channels = read_channels(object, "in_channels");
  const int expanded_channels = read_channels(object, "expanded_channels");
  const Activation activation = read_activation(object, "activation");
  if (object.at("expand").get<bool>()) {
    block.maybe_expand = read_pointwise(in_channels, expanded_channels, activation);
  } else if (expanded_channels != in_channels) {
    refuse("a block without expansion has other numbers of expanded channels and input channels");
  }
  block.depthwise.kernel = read_kernel(object);
  block.depthwise.stride = read_int(object, "stride", 1, 2);
  block.depthwise.channels = expanded_channels;
  block.depthwise.activation = activation;
  block.project = read_pointwise(expanded_channels, read_channels(object, "out_channels"), read_activation(object, "project_activation"));
  block.residual = object.at("residual").get<bool>();
  if (block.residual && (block.depthwise.stride != 1 || block.project.out_channels != in_channels)) {
    refuse("a residual block changes the shape of its input");
  }
  return block;
}

int in_channels_of(const BlockWeights& block) {
  return block.maybe_expand ? block.maybe_expand->in_channels : block.depthwise.channels;
}

InvertedResidualWeights read_layers(const json& root) {
  InvertedResidualWeights layers;
  layers.padding = read_padding(root);
  const json& stem = root.at("stem");
  read_int(stem, "in_channels", kRgb, kRgb);
  layers.stem.kernel = read_kernel(stem);
  layers.stem.stride = read_int(stem, "stride", 1, 2);
  layers.stem.out_channels = read_channels(stem, "out_channels");
  layers.stem.activation = read_activation(stem, "activation");

  const json& blocks = root.at("blocks");
  if (!blocks.is_array() || blocks.empty() || blocks.size() > kMaxBlocks) refuse(fmt::format("'blocks' is not 1 to {} blocks", kMaxBlocks));
  int channels = layers.stem.out_channels;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const BlockWeights block = read_block(blocks[i]);
    if (in_channels_of(block) != channels) refuse(fmt::format("block {} does not take the {} channels it is given", i, channels));
    channels = block.project.out_channels;
    layers.blocks.push_back(block);
  }
  if (root.contains("head")) {
    const json& head = root.at("head");
    layers.maybe_head =
        read_pointwise(read_channels(head, "in_channels"), read_channels(head, "out_channels"), read_activation(head, "activation"));
    if (layers.maybe_head->in_channels != channels) refuse(fmt::format("the head does not take the {} channels it is given", channels));
  }
  return layers;
}

ModelCard read_card(const json& root) {
  ModelCard card;
  card.name = root.at("name").get<std::string>();
  card.title = root.at("title").get<std::string>();
  card.architecture = root.at("architecture").get<std::string>();
  card.source = root.at("source").get<std::string>();
  card.licence = root.at("licence").get<std::string>();
  if (card.architecture != "inverted_residual" && card.architecture != "onnx")
    refuse(fmt::format("architecture '{}' is not known", card.architecture));
  const json& input = root.at("input");
  card.preprocessing.resize = {read_int(input, "width_px", 1, kMaxInputPx), read_int(input, "height_px", 1, kMaxInputPx),
                               parse_enum<Filter>(input.at("filter").get<std::string>())};
  card.preprocessing.scale = read_channels_of_rgb(input, "scale");
  card.preprocessing.offset = read_channels_of_rgb(input, "offset");
  card.feature_width = read_channels(root, "feature_width");
  return card;
}

}  // namespace

ParsedCard parse_card(const std::string& text, const std::string& origin) {
  try {
    const json root = json::parse(text);
    ParsedCard parsed{read_card(root), std::nullopt};
    if (parsed.card.architecture == "onnx") {
      if (!root.contains("output")) refuse(fmt::format("{}; it was made of {}", kMadeBefore, parsed.card.source));
      return parsed;
    }
    parsed.maybe_layers = read_layers(root);
    const int last_channels = parsed.maybe_layers->last_layer().out_channels;
    if (last_channels != parsed.card.feature_width) refuse("'feature_width' is not the width of the last layer");
    return parsed;
  } catch (const json::exception& e) {
    throw Error(ErrorCode::kRunFailed, fmt::format("the card of {} cannot be read: {}", origin, e.what()), "import the model again");
  } catch (const Error& e) {
    throw Error(ErrorCode::kRunFailed, fmt::format("the card of {} is not valid: {}", origin, e.what()),
                "import the model again: coulis models import SOURCE");
  }
}

}  // namespace coulis
