// Pointwise: sums over channels for a run of pixels, requantised, with the residual addition behind that; or their sum over the pixels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/network/fused/int8/requantise.hpp"
#include "core/network/fused/layout.hpp"

namespace coulis::fused::int8 {

constexpr int kQuad = 4;  // inputs that one dot product instruction multiplies and adds
constexpr int kMaxVectors = 3;

constexpr int count_quads(int inputs) {
  return (inputs + kQuad - 1) / kQuad;
}

// Up to three blocks of output channels: what one pass over the input computes.
struct Panel {
  int first_block = 0;
  int vectors = 0;                      // blocks; zero weights fill the last one up
  const std::int8_t* weight = nullptr;  // [quads, vectors * 16, 4]
  const std::int32_t* bias = nullptr;   // [vectors * 16], less the zero point of the input times the weights
  const float* scale = nullptr;         // [vectors * 16]
};

struct PackedPointwise {
  int quads = 0;  // of inputs, each chunk's last one filled up
  int out_channels = 0;
  OutputRange range;
  Addition addition;  // for the last layer of a residual block
  std::vector<Panel> panels;

  static int first_block(const Panel& panel) { return panel.first_block; }
  static int end_block(const Panel& panel) { return panel.first_block + panel.vectors; }
  static int first_channel(const Panel& panel) { return panel.first_block * kBlockChannels; }
};

// Writes the panel's channels of the run to `output`, whose block 0 and pixel 0 are the panel's and the run's first.
// maybe_residual: the block's input, laid out as the output; its data may be null.
using ComputePanel = void (*)(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run,
                              const Plane<std::uint8_t>& output, const Plane<std::uint8_t>& maybe_residual);

// Adds up the panel's channels over the pixels of the run: sums [vectors * 16] += ...
using SumPanel = void (*)(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run, std::int32_t* sums);

struct PointwiseKernel {
  ComputePanel compute_panel = nullptr;
  SumPanel sum_panel = nullptr;
};

}  // namespace coulis::fused::int8
