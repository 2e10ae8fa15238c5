// Model: a network's weights and its card, as read from one safetensors file.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/network/preprocessing.hpp"

namespace coulis {

// What users and the manifest need to know about a model.
struct ModelCard {
  std::string name;          // "mobilenet_v2_1.0_224"
  std::string title;         // one line for `coulis models`
  std::string architecture;  // "inverted_residual" or "onnx"
  std::string source;        // where the weights come from
  std::string licence;       // SPDX
  std::string sha256;        // of the model file, hex
  Preprocessing preprocessing;
  int feature_width = 0;
};

struct InvertedResidualWeights;    // core/network/inverted_residual.hpp
struct QuantisedInvertedResidual;  // core/network/quantised_layers.hpp

struct InvertedResidual {
  std::shared_ptr<const InvertedResidualWeights> weights;
  std::shared_ptr<const QuantisedInvertedResidual>
      maybe_quantised;  // the int8 numbers from which the weights were made, if the file is quantised
};

struct OnnxGraph {
  std::shared_ptr<const std::vector<std::byte>> file;  // [1, 3, height, width] in
};

struct Model {
  ModelCard card;
  std::variant<InvertedResidual, OnnxGraph> network;
};

// Of one image. 0 where the layers are not known (an ONNX model).
double multiply_adds(const Model& model);

// The model inside the executable.
std::string_view builtin_model_name();
std::string_view builtin_model_sha256();  // of the file that was compiled in
std::span<const std::byte> builtin_model_bytes();

// name_or_path: the built-in model's name, or nothing for the same, or a .safetensors file. The sha256 of the built-in one is checked.
// Throws Error(kUsage) for an unknown name, Error(kRunFailed) for a file that is malformed or does not match its sum.
Model load_model(const std::string& name_or_path);
// An empty expected_sha256 is not checked.
Model parse_model(std::span<const std::byte> bytes, const std::string& origin, std::string_view expected_sha256 = "");

}  // namespace coulis
