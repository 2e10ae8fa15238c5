// QuantisedInvertedResidual: the int8 numbers of a model file as published; the layers' extents are those of InvertedResidualWeights.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace coulis {

// Of an activation: value = (int8 - zero_point) * scale.
struct Quantisation {
  float scale = 1;
  int zero_point = 0;
};

struct QuantisedLayer {
  std::vector<std::int8_t> weight;   // laid out as the float32 layer's; zero point 0
  std::vector<float> weight_scales;  // [out]
  std::vector<std::int32_t> bias;    // [out], in units of input.scale * weight_scale
  Quantisation input;
  Quantisation output;
};

struct QuantisedBlock {
  std::optional<QuantisedLayer> maybe_expand;
  QuantisedLayer depthwise;
  QuantisedLayer project;
  Quantisation input;
  Quantisation output;  // of the addition in a residual block, else of `project`
};

struct QuantisedInvertedResidual {
  QuantisedLayer stem;
  std::vector<QuantisedBlock> blocks;
  std::optional<QuantisedLayer> maybe_head;
  Quantisation last;  // what is averaged
  Quantisation pool;  // the average
};

}  // namespace coulis
