#include "core/network/model.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/error.hpp"
#include "core/base/printable.hpp"
#include "core/base/read_file.hpp"
#include "core/base/sha256.hpp"
#include "core/network/inverted_residual.hpp"
#include "core/network/model_card.hpp"
#include "core/network/model_weights.hpp"
#include "core/network/quantised_weights.hpp"
#include "core/safetensors/safetensors.hpp"

namespace coulis {
namespace {

constexpr std::string_view kFormat = "coulis-model-1";
constexpr std::uint64_t kMaxModelBytes = std::uint64_t{1} << 30;

std::string find_metadata(const Safetensors& file, const std::string& key, const std::string& origin) {
  const auto found = file.metadata.find(key);
  if (found != file.metadata.end()) return found->second;
  throw Error(ErrorCode::kRunFailed, fmt::format("{} is not a coulis model: its metadata has no '{}'", origin, key),
              "import the model first");
}

std::shared_ptr<const std::vector<std::byte>> read_onnx_bytes(const Safetensors& file, const std::string& origin) {
  const auto found = file.tensors.find("onnx");
  if (found == file.tensors.end() || found->second.dtype != DType::kU8 || found->second.shape.size() != 1) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} has no tensor 'onnx' of bytes", origin), "import the model again");
  }
  const std::span<const std::byte> bytes = found->second.bytes;
  return std::make_shared<const std::vector<std::byte>>(bytes.begin(), bytes.end());
}

std::vector<std::byte> read_model_file(const std::string& path) {
  Outcome<std::vector<std::byte>> bytes = read_file(path, kMaxModelBytes);
  if (bytes) return std::move(bytes.value());
  const bool missing = bytes.failure().code == FailureCode::kVanished;
  throw Error(ErrorCode::kRunFailed,
              fmt::format("the model file {} {}", printable(path), missing ? "does not exist" : bytes.failure().message), "check --model");
}

}  // namespace

Model parse_model(std::span<const std::byte> bytes, const std::string& origin, std::string_view expected_sha256) {
  const std::string sha256 = sha256_of(bytes);
  if (!expected_sha256.empty() && sha256 != expected_sha256) {
    throw Error(ErrorCode::kRunFailed, fmt::format("{} has sha256 {}, expected {}", origin, sha256, expected_sha256),
                "the model is damaged: install or copy it again");
  }
  const Safetensors file = parse_safetensors(bytes, origin);
  const std::string format = find_metadata(file, "format", origin);
  if (format != kFormat)
    throw Error(ErrorCode::kRunFailed, fmt::format("{} has format '{}', not '{}'", origin, format, kFormat), "import the model again");
  ParsedCard parsed = parse_card(find_metadata(file, "card", origin), origin);
  parsed.card.sha256 = sha256;
  if (!parsed.maybe_layers) return {std::move(parsed.card), OnnxGraph{read_onnx_bytes(file, origin)}};
  InvertedResidualWeights& layers = *parsed.maybe_layers;
  read_weights(file, layers);
  auto quantised = read_quantised_weights(file, layers);
  return {std::move(parsed.card),
          InvertedResidual{std::make_shared<const InvertedResidualWeights>(std::move(layers)), std::move(quantised)}};
}

Model load_model(const std::string& name_or_path) {
  if (name_or_path.empty() || name_or_path == builtin_model_name())
    return parse_model(builtin_model_bytes(), "the built-in model", builtin_model_sha256());
  if (!name_or_path.ends_with(".safetensors")) {
    throw Error(ErrorCode::kUsage, fmt::format("there is no model '{}'", name_or_path),
                fmt::format("use {} or the path of a .safetensors file", builtin_model_name()));
  }
  return parse_model(read_model_file(name_or_path), name_or_path);
}

}  // namespace coulis
