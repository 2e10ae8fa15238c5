#include "tests/core/network/reference_layers.hpp"

#include <algorithm>

namespace coulis {
namespace {

double activate(double value, Activation activation) {
  if (activation == Activation::kNone) return value;
  value = std::max(value, 0.0);
  return activation == Activation::kRelu6 ? std::min(value, 6.0) : value;
}

// TensorFlow: out = ceil(in / stride), the odd padding pixel at the end. PyTorch: (kernel - 1) / 2 on both sides.
struct Axis {
  int out;
  int before;
};

Axis slide(int in, int kernel, int stride, Padding padding) {
  if (padding == Padding::kSymmetric) return {(in + 2 * ((kernel - 1) / 2) - kernel) / stride + 1, (kernel - 1) / 2};
  const int out = (in + stride - 1) / stride;
  return {out, std::max((out - 1) * stride + kernel - in, 0) / 2};
}

}  // namespace

Tensor convolve_stem(const Tensor& in, const StemWeights& layer, Padding padding) {
  const Axis rows = slide(in.height, layer.kernel, layer.stride, padding);
  const Axis columns = slide(in.width, layer.kernel, layer.stride, padding);
  Tensor out(rows.out, columns.out, layer.out_channels);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      for (int o = 0; o < layer.out_channels; ++o) {
        double sum = layer.bias[o];
        std::size_t i = static_cast<std::size_t>(o) * layer.kernel * layer.kernel * 3;
        for (int ky = 0; ky < layer.kernel; ++ky) {
          for (int kx = 0; kx < layer.kernel; ++kx) {
            for (int c = 0; c < 3; ++c) {
              sum += layer.weight[i++] * in.padded(y * layer.stride + ky - rows.before, x * layer.stride + kx - columns.before, c);
            }
          }
        }
        out.at(y, x, o) = activate(sum, layer.activation);
      }
    }
  }
  return out;
}

Tensor convolve_depthwise(const Tensor& in, const DepthwiseWeights& layer, Padding padding) {
  const Axis rows = slide(in.height, layer.kernel, layer.stride, padding);
  const Axis columns = slide(in.width, layer.kernel, layer.stride, padding);
  Tensor out(rows.out, columns.out, layer.channels);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      for (int c = 0; c < layer.channels; ++c) {
        double sum = layer.bias[c];
        for (int ky = 0; ky < layer.kernel; ++ky) {
          for (int kx = 0; kx < layer.kernel; ++kx) {
            sum += layer.weight[(static_cast<std::size_t>(ky) * layer.kernel + kx) * layer.channels + c] *
                   in.padded(y * layer.stride + ky - rows.before, x * layer.stride + kx - columns.before, c);
          }
        }
        out.at(y, x, c) = activate(sum, layer.activation);
      }
    }
  }
  return out;
}

Tensor mix_channels(const Tensor& in, const PointwiseWeights& layer) {
  Tensor out(in.height, in.width, layer.out_channels);
  for (int y = 0; y < out.height; ++y) {
    for (int x = 0; x < out.width; ++x) {
      for (int o = 0; o < layer.out_channels; ++o) {
        double sum = layer.bias[o];
        for (int c = 0; c < layer.in_channels; ++c) {
          sum += layer.weight[static_cast<std::size_t>(o) * layer.in_channels + c] * in.padded(y, x, c);
        }
        out.at(y, x, o) = activate(sum, layer.activation);
      }
    }
  }
  return out;
}

}  // namespace coulis
