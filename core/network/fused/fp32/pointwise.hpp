// Pointwise: sums over channels for a run of pixels, with bias, activation and residual in the epilogue; or their sum over the pixels.
#pragma once

#include <cstddef>
#include <vector>

#include "core/network/fused/clamp.hpp"
#include "core/network/fused/layout.hpp"

namespace coulis::fused::fp32 {

// A few SIMD vectors of output channels: what one pass over the input computes.
struct Panel {
  int first_vector = 0;
  int vectors = 0;
  int channels = 0;               // those that the layer has; zero weights fill the vectors up
  const float* weight = nullptr;  // [in, vectors * lanes]
  const float* bias = nullptr;    // [vectors * lanes]
};

struct PackedPointwise {
  int in_channels = 0;
  int out_channels = 0;
  int lanes = 0;  // floats in one vector of the target that it was packed for
  Clamp clamp;
  std::vector<Panel> panels;

  int first_block(const Panel& panel) const { return panel.first_vector * lanes / kBlockChannels; }
  int first_channel(const Panel& panel) const { return panel.first_vector * lanes; }
  int end_block(const Panel& panel) const { return count_blocks((panel.first_vector + panel.vectors) * lanes); }
};

struct PointwiseKernel {
  int lanes = 0;
  int min_vectors = 0;  // in a panel
  int preferred_vectors = 0;
  int max_vectors = 0;

  // Writes the panel's channels of the run to `output`, whose block 0 and pixel 0 are the panel's and the run's first.
  // maybe_residual: added after the activation, laid out as the output; its data may be null.
  void (*compute_panel)(const PackedPointwise& layer, const Panel& panel, const PixelRun<float>& run, const Plane<float>& output,
                        const Plane<float>& maybe_residual) = nullptr;

  // Adds up the panel's channels over the pixels of the run: sums [vectors * lanes] += ...
  void (*sum_panel)(const PackedPointwise& layer, const Panel& panel, const PixelRun<float>& run, float* sums) = nullptr;
};

// For the SIMD target in use.
PointwiseKernel find_pointwise_kernel();

}  // namespace coulis::fused::fp32
