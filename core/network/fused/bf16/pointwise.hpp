// Pointwise in bfloat16: sums over pairs of channels in float32, rounded once, behind bias, activation and residual.
#pragma once

#include <vector>

#include "core/network/fused/bf16/bfloat16.hpp"
#include "core/network/fused/clamp.hpp"
#include "core/network/fused/layout.hpp"

namespace coulis::fused::bf16 {

constexpr int kMaxPanelBlocks = 3;

// A few channel blocks of the output, one vector each: what one pass over the input computes.
struct Panel {
  int first_block = 0;
  int blocks = 0;
  bool half_last = false;            // only the lower half of the last block has channels, and half a vector costs some CPUs half
  const Bfloat16* weight = nullptr;  // [in / 2, blocks * 16, 2], to be multiplied by scale
  const float* scale = nullptr;      // [blocks * 16]
  const float* bias = nullptr;       // [blocks * 16]
};

struct PackedPointwise {
  int in_pairs = 0;  // of input channels; an odd last one is paired with a weight of zero, and what it reads must be finite
  int out_channels = 0;
  Clamp clamp;
  std::vector<Panel> panels;

  static int first_block(const Panel& panel) { return panel.first_block; }
  static int first_channel(const Panel& panel) { return panel.first_block * kBlockChannels; }
  static int end_block(const Panel& panel) { return panel.first_block + panel.blocks; }
};

// Both functions: on x86-64 only, where has_bf16_instructions().

// Writes the panel's channels of the run to `output`, whose block 0 and pixel 0 are the panel's and the run's first.
// maybe_residual: added after the activation, laid out as the output; its data may be null.
void compute_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<Bfloat16>& run, const Plane<Bfloat16>& output,
                   const Plane<Bfloat16>& maybe_residual);

// Adds up the panel's channels over the pixels of the run, unrounded: sums [blocks * 16] += ...
void sum_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<Bfloat16>& run, float* sums);

}  // namespace coulis::fused::bf16
