#include <algorithm>
#include <array>

#include "core/network/fused/int8/kernels.hpp"

namespace coulis::fused::int8 {
namespace {

using Bytes = std::array<std::uint8_t, kBlockChannels>;

// One pixel's activations in the channels of one vector.
Bytes compute_vector(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run, int pixel, int vector) {
  const int first = vector * kBlockChannels;
  std::array<std::int32_t, kBlockChannels> sums;
  std::copy_n(panel.bias + first, kBlockChannels, sums.begin());
  const int chunk_quads = run.chunk_elements / kQuad;
  for (int quad = 0; quad < layer.quads; ++quad) {
    const std::uint8_t* input = run.data + static_cast<std::size_t>(quad / chunk_quads) * run.chunk_stride +
                                static_cast<std::size_t>(pixel * run.pixel_stride + quad % chunk_quads * kQuad);
    const std::int8_t* weight = panel.weight + (static_cast<std::size_t>(quad) * panel.vectors * kBlockChannels + first) * kQuad;
    for (std::size_t c = 0; c < kBlockChannels; ++c) {
      const std::int8_t* w = weight + c * kQuad;
      sums[c] += input[0] * w[0] + input[1] * w[1] + input[2] * w[2] + input[3] * w[3];
    }
  }
  Bytes activations;
  for (std::size_t c = 0; c < kBlockChannels; ++c) activations[c] = requantise(sums[c], panel.scale[first + c], layer.range);
  return activations;
}

void compute_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run, const Plane<std::uint8_t>& output,
                   const Plane<std::uint8_t>& maybe_residual) {
  for (int vector = 0; vector < panel.vectors; ++vector) {
    for (int pixel = 0; pixel < run.pixels; ++pixel) {
      Bytes activations = compute_vector(layer, panel, run, pixel, vector);
      if (maybe_residual.data != nullptr) {
        const std::uint8_t* residual = maybe_residual.at(vector, pixel);
        for (std::size_t c = 0; c < kBlockChannels; ++c) activations[c] = add(residual[c], activations[c], layer.addition);
      }
      std::copy(activations.begin(), activations.end(), output.at(vector, pixel));
    }
  }
}

void sum_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run, std::int32_t* sums) {
  for (int vector = 0; vector < panel.vectors; ++vector) {
    for (int pixel = 0; pixel < run.pixels; ++pixel) {
      const Bytes activations = compute_vector(layer, panel, run, pixel, vector);
      for (std::size_t c = 0; c < kBlockChannels; ++c) sums[static_cast<std::size_t>(vector) * kBlockChannels + c] += activations[c];
    }
  }
}

}  // namespace

PointwiseKernel portable_pointwise() {
  return {&compute_panel, &sum_panel};
}

}  // namespace coulis::fused::int8
