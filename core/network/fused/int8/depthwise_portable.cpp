#include <algorithm>
#include <array>

#include "core/network/fused/int8/kernels.hpp"

namespace coulis::fused::int8 {
namespace {

void compute_strip(const PackedDepthwise& layer, int block, const DepthwiseStrip<std::uint8_t>& strip) {
  const int taps = layer.kernel * layer.kernel;
  const std::int8_t* weight = layer.weight + static_cast<std::size_t>(block) * static_cast<std::size_t>(taps) * kBlockChannels;
  const std::int32_t* bias = layer.bias + static_cast<std::size_t>(block) * kBlockChannels;
  const float* scale = layer.scale + static_cast<std::size_t>(block) * kBlockChannels;
  for (int pixel = 0; pixel < strip.out_rows * strip.out_width; ++pixel) {
    const std::uint8_t* const* rows = strip.rows + pixel / strip.out_width * layer.stride;
    const int start = pixel % strip.out_width * layer.stride - strip.left_padding;
    const int first = std::max(0, -start);
    const int end = std::min(layer.kernel, strip.in_width - start);
    std::array<std::int32_t, kBlockChannels> sums;
    std::copy_n(bias, kBlockChannels, sums.begin());
    for (int ky = 0; ky < layer.kernel; ++ky) {
      for (int kx = first; kx < end; ++kx) {
        const std::uint8_t* input = rows[ky] + static_cast<std::ptrdiff_t>(start + kx) * kBlockChannels;
        const std::int8_t* w = weight + (ky * layer.kernel + kx) * kBlockChannels;
        for (std::size_t c = 0; c < kBlockChannels; ++c) sums[c] += input[c] * w[c];
      }
    }
    std::uint8_t* output = strip.output + static_cast<std::ptrdiff_t>(pixel) * kBlockChannels;
    for (std::size_t c = 0; c < kBlockChannels; ++c) output[c] = requantise(sums[c], scale[c], layer.range);
  }
}

}  // namespace

DepthwiseKernel portable_depthwise() {
  return &compute_strip;
}

}  // namespace coulis::fused::int8
