// Pointwise layers in any number format: what packing, tiles and executor share.
#pragma once

#include <concepts>
#include <vector>

#include "core/network/fused/layout.hpp"

namespace coulis::fused {

// The numbers of a precision.
template <class F>
concept NumberFormat = requires(typename F::Element element) {
  typename F::Weight;  // in panels
  typename F::Sum;     // of products; biases and sums over pixels too
  typename F::Finish;  // makes an activation (Element) of a sum
  { F::widen(element) } -> std::same_as<typename F::Sum>;
  { F::kGroup } -> std::convertible_to<int>;    // inputs that one instruction multiplies and adds up
  { F::kScaled } -> std::convertible_to<bool>;  // each channel's sums have a scale
};

template <NumberFormat F>
constexpr int count_groups(int inputs) {
  return (inputs + F::kGroup - 1) / F::kGroup;
}

// Elements that the stem reads of each row under its window: whole groups.
template <NumberFormat F>
constexpr int stem_chunk(int kernel) {
  return count_groups<F>(3 * kernel) * F::kGroup;
}

// A few SIMD vectors of output channels: what one pass over the input computes.
template <NumberFormat F>
struct Panel {
  int first_channel = 0;
  int width = 0;                               // channels in its vectors
  int channels = 0;                            // those that the layer has; zero weights fill the vectors up
  const typename F::Weight* weight = nullptr;  // [groups, width, kGroup]
  const typename F::Sum* bias = nullptr;       // [width]
  const float* scale = nullptr;                // [width] if kScaled

  int first_block() const { return first_channel / kBlockChannels; }
  int end_block() const { return count_blocks(first_channel + width); }
};

template <NumberFormat F>
struct PackedPointwise {
  int groups = 0;  // of inputs
  typename F::Finish finish;
  std::vector<Panel<F>> panels;
};

// How wide a kernel's panels are, in vectors. The usual width, or the largest where that leaves no vector over.
struct PanelWidths {
  int lanes = kBlockChannels;  // channels in a vector
  int min = 1;
  int usual = 2;
  int max = 3;
};

template <NumberFormat F>
struct PointwiseKernel {
  using Element = typename F::Element;

  PanelWidths widths;

  // Writes the panel's channels of the run to `output`, whose block 0 and pixel 0 are the panel's and the run's first.
  // maybe_residual: added after the activation, laid out as the output; its data may be null.
  void (*compute_panel)(const PackedPointwise<F>& layer, const Panel<F>& panel, const PixelRun<Element>& run, const Plane<Element>& output,
                        const Plane<Element>& maybe_residual) = nullptr;

  // Adds up the panel's channels over the pixels of the run, unrounded: sums [width] += ...
  void (*sum_panel)(const PackedPointwise<F>& layer, const Panel<F>& panel, const PixelRun<Element>& run, typename F::Sum* sums) = nullptr;
};

// All channels of the run, panel by panel. maybe_residual: laid out as the output; its data may be null.
template <NumberFormat F, class Element>
void compute_panels(const PointwiseKernel<F>& kernel, const PackedPointwise<F>& layer, const PixelRun<Element>& run,
                    const Plane<Element>& output, const Plane<Element>& maybe_residual) {
  for (const Panel<F>& panel : layer.panels) {
    const int block = panel.first_block();
    const Plane<Element> residual = maybe_residual.data != nullptr ? maybe_residual.from(block, 0) : Plane<Element>{};
    kernel.compute_panel(layer, panel, run, output.from(block, 0), residual);
  }
}

}  // namespace coulis::fused
