// The layers as plain loops in double, which is exact for the integers of int8 too: what both reference networks are made of.
#pragma once

#include <cstddef>
#include <vector>

#include "core/network/inverted_residual.hpp"

namespace coulis {

struct Tensor {
  int height = 0;
  int width = 0;
  int channels = 0;
  std::vector<double> values;  // [height, width, channels]

  Tensor(int h, int w, int c) : height(h), width(w), channels(c), values(static_cast<std::size_t>(h) * w * c) {}
  double& at(int y, int x, int c) { return values[(static_cast<std::size_t>(y) * width + x) * channels + c]; }
  double padded(int y, int x, int c) const {
    if (y < 0 || x < 0 || y >= height || x >= width) return 0;
    return values[(static_cast<std::size_t>(y) * width + x) * channels + c];
  }
};

Tensor convolve_stem(const Tensor& in, const StemWeights& layer, Padding padding);
Tensor convolve_depthwise(const Tensor& in, const DepthwiseWeights& layer, Padding padding);
Tensor mix_channels(const Tensor& in, const PointwiseWeights& layer);

}  // namespace coulis
