// A model file of a few odd layers, made in memory, so that a test can also spoil it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/safetensors/safetensors.hpp"

namespace coulis {

struct SmallModel {
  nlohmann::json card;
  std::map<std::string, std::vector<float>> values;
  std::map<std::string, std::vector<std::int8_t>> bytes;
  std::map<std::string, std::vector<std::int32_t>> integers;
  std::map<std::string, std::vector<std::int64_t>> shapes;
  std::string format = "coulis-model-1";

  std::vector<std::byte> to_bytes() const;
};

struct SmallModelOptions {
  int width_px = 45;
  int height_px = 61;
  std::string padding = "same";
  bool first_block_expands = false;
  bool head = true;
  int stem_stride = 2;
};

// Channels that fill no vector, a residual block, kernels 3 and 5, strides 1 and 2, a block without expansion in the middle.
SmallModel make_small_model(const SmallModelOptions& options);

// The same layers in int8. Some layers have more than one quantum below 0 or above 6.
SmallModel make_small_quantised_model(const SmallModelOptions& options);

}  // namespace coulis
