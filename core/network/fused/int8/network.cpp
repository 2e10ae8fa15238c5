#include "core/network/fused/int8/network.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "core/base/error.hpp"
#include "core/network/fused/executor.hpp"
#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/int8/packing.hpp"
#include "core/network/fused/int8/stem.hpp"

namespace coulis::fused::int8 {
namespace {

// XNNPACK's mean: as any layer's sums, with one scale.
struct Average {
  int zero_point = 0;  // of what is averaged
  float scale = 1;     // of the sums, in quanta of the average
  OutputRange range;
  float quantum = 1;  // a feature = (average - its zero point) * quantum
};

struct Format {
  using Element = std::uint8_t;
  using PixelElement = std::uint8_t;
  using Sum = std::int32_t;
  using Panel = int8::Panel;
  using Pointwise = PackedPointwise;
  using Projection = PackedPointwise;
  using Depthwise = PackedDepthwise;
  static constexpr std::size_t kReadSlack = kQuad;  // the stem reads rows in whole quads
  static constexpr int stem_chunk(int kernel) { return int8::stem_chunk(kernel); }

  std::uint8_t pixel_padding = 0;
  Average mean;
  Kernels kernels = find_kernels();

  void convert_rows(const ImageView& image, const Window& window, int first, int end, std::size_t row_elements, std::uint8_t* rows) const {
    int8::convert_rows(image, pixel_padding, window, first, end, row_elements, rows);
  }
  void compute_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run, const Plane<std::uint8_t>& output,
                     const Plane<std::uint8_t>& maybe_residual) const {
    kernels.pointwise.compute_panel(layer, panel, run, output, maybe_residual);
  }
  void project(const PackedPointwise& layer, const PixelRun<std::uint8_t>& run, const Plane<std::uint8_t>& output,
               const Plane<std::uint8_t>& maybe_residual) const {
    compute_panels(*this, layer, run, output, maybe_residual);
  }
  void sum_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<std::uint8_t>& run, std::int32_t* sums) const {
    kernels.pointwise.sum_panel(layer, panel, run, sums);
  }
  void compute_depthwise(const PackedDepthwise& layer, int block, const DepthwiseStrip<std::uint8_t>& strip) const {
    kernels.depthwise(layer, block, strip);
  }
  // sums [16] += values [pixels, 16], over the pixels.
  static void add_block(const std::uint8_t* values, int pixels, std::int32_t* sums) {
    for (int i = 0; i < pixels * kBlockChannels; ++i) sums[i % kBlockChannels] += values[i];
  }
  void write_average(const std::int32_t* sums, int pixels, std::span<float> row) const {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::uint8_t average = requantise(sums[i] - pixels * mean.zero_point, mean.scale, mean.range);
      row[i] = static_cast<float>(average - mean.range.zero_point) * mean.quantum;
    }
  }
};

[[noreturn]] void refuse(const char* why) {
  throw Error(ErrorCode::kUsage, why, "use --precision fp32");
}

// A pixel is the quantised input if the card's preprocessing, in quanta, moves it by no more than rounding does.
void check_input(const ModelCard& card, const Quantisation& input) {
  for (std::size_t channel = 0; channel < card.preprocessing.scale.size(); ++channel) {
    const double step = card.preprocessing.scale[channel] / input.scale;
    const double zero = -card.preprocessing.offset[channel] / input.scale;
    if (std::abs(step - 1) > 1e-3 || std::abs(zero - unsigned_zero_point(input)) > 0.51) {
      refuse("the quantised input of this model is not an 8-bit pixel as it is");
    }
  }
}

Average make_average(const QuantisedInvertedResidual& quantised, int pixels) {
  if (pixels > std::numeric_limits<std::int32_t>::max() / 255) refuse("the last layer of this model is too large to be averaged in int8");
  Average average;
  average.zero_point = unsigned_zero_point(quantised.last);
  average.scale = quantised.last.scale / quantised.pool.scale / static_cast<float>(pixels);
  if (!std::isfinite(average.scale)) refuse("the average pool of this model has scales too far apart for int8");
  average.range = output_range_of(quantised.pool, Activation::kNone);
  average.quantum = quantised.pool.scale;
  return average;
}

PackedBlock<Format> pack_block(const BlockWeights& extents, const QuantisedBlock& block, Arena& arena) {
  PackedBlock<Format> packed;
  if (extents.maybe_expand) packed.maybe_expand = pack_pointwise(*extents.maybe_expand, *block.maybe_expand, arena);
  packed.depthwise = pack_depthwise(extents.depthwise, block.depthwise, arena);
  packed.project = pack_pointwise(extents.project, block.project, arena);
  packed.residual = extents.residual;
  if (extents.residual) packed.project.addition = make_addition(block.input, block.project.output, block.output);
  return packed;
}

PackedNetwork<Format> pack_network(const Model& model) {
  const auto& [layers, maybe_quantised] = std::get<InvertedResidual>(model.network);
  if (maybe_quantised == nullptr) {
    throw Error(ErrorCode::kUsage, fmt::format("the model {} has no int8 weights", model.card.name), "use --precision fp32");
  }
  const InvertedResidualWeights& extents = *layers;
  const QuantisedInvertedResidual& quantised = *maybe_quantised;
  check_input(model.card, quantised.stem.input);
  PackedNetwork<Format> packed;
  packed.plan = make_plan(model.card, extents, sizeof(std::uint8_t));
  packed.format.pixel_padding = unsigned_zero_point(quantised.stem.input);
  packed.format.mean = make_average(quantised, packed.plan.blocks.back().window.out.pixels());
  packed.stem = pack_stem(extents.stem, quantised.stem, packed.arena);
  for (std::size_t i = 0; i < extents.blocks.size(); ++i) {
    packed.blocks.push_back(pack_block(extents.blocks[i], quantised.blocks[i], packed.arena));
  }
  if (extents.maybe_head) packed.maybe_head = pack_pointwise(*extents.maybe_head, *quantised.maybe_head, packed.arena);
  packed.feature_width = extents.last_layer().out_channels;
  return packed;
}

}  // namespace

std::shared_ptr<const NetworkFactory> make_factory(const Model& model) {
  return std::make_shared<const FusedFactory<Format>>(pack_network(model));
}

}  // namespace coulis::fused::int8
