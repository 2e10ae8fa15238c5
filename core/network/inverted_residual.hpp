// InvertedResidualWeights: the layers of a MobileNetV2-like network, BatchNorm folded, as float32.
#pragma once

#include <optional>
#include <vector>

namespace coulis {

enum class Activation { kNone, kRelu, kRelu6 };
enum class Padding { kSame, kSymmetric };  // kSame: TensorFlow's, the odd pixel goes to the end

struct StemWeights {
  int kernel = 3;
  int stride = 2;
  int out_channels = 0;
  Activation activation = Activation::kRelu6;
  std::vector<float> weight;  // [out, kernel, kernel, 3]
  std::vector<float> bias;    // [out]
};

struct PointwiseWeights {
  int in_channels = 0;
  int out_channels = 0;
  Activation activation = Activation::kNone;
  std::vector<float> weight;  // [out, in]
  std::vector<float> bias;    // [out]
};

struct DepthwiseWeights {
  int kernel = 3;
  int stride = 1;
  int channels = 0;
  Activation activation = Activation::kRelu6;
  std::vector<float> weight;  // [kernel, kernel, channels]
  std::vector<float> bias;    // [channels]
};

struct BlockWeights {
  std::optional<PointwiseWeights> maybe_expand;
  DepthwiseWeights depthwise;
  PointwiseWeights project;
  bool residual = false;  // adds the block's input to its output
};

struct InvertedResidualWeights {
  Padding padding = Padding::kSame;
  StemWeights stem;
  std::vector<BlockWeights> blocks;
  std::optional<PointwiseWeights> maybe_head;

  // The output of the last layer, averaged over the image, is the feature row.
  const PointwiseWeights& last_layer() const { return maybe_head ? *maybe_head : blocks.back().project; }
};

}  // namespace coulis
