#include "core/network/fused/int8/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/base/error.hpp"
#include "core/network/fused/executor.hpp"
#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/int8/packing.hpp"
#include "core/network/fused/stem.hpp"

namespace coulis::fused::int8 {
namespace {

// XNNPACK's mean: as any layer's sums, with one scale.
struct Average {
  int zero_point = 0;  // of what is averaged
  float scale = 1;     // of the sums, in quanta of the average
  OutputRange range;
  float quantum = 1;  // a feature = (average - its zero point) * quantum
};

struct Engine {
  using Format = int8::Format;
  using Projection = PackedPointwise;
  using Depthwise = PackedDepthwise;

  std::uint8_t pixel_padding = 0;
  Average mean;
  PointwiseKernel pointwise;
  DepthwiseKernel depthwise = nullptr;

  // Pixels are the network's input, unchanged.
  void convert_rows(const ImageView& image, const Window& window, int first, int end, std::size_t row_elements, std::uint8_t* rows) const {
    const auto copy = [](const std::uint8_t* pixels, std::size_t count, std::uint8_t* row) { std::copy_n(pixels, count, row); };
    convert_padded_rows(image, window, first, end, row_elements, pixel_padding, rows, copy);
  }
  void project(const PackedPointwise& layer, const PixelRun<std::uint8_t>& run, const Plane<std::uint8_t>& output,
               const Plane<std::uint8_t>& maybe_residual) const {
    compute_panels(pointwise, layer, run, output, maybe_residual);
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
      refuse("the quantised input of this model is not the unchanged 8-bit pixel");
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

struct Packer {
  const InvertedResidualWeights& extents;
  const QuantisedInvertedResidual& quantised;
  const PointwiseKernel& kernel;

  PackedPointwise stem(Arena& arena) const { return pack_stem(extents.stem, quantised.stem, kernel, arena); }
  PackedPointwise head(Arena& arena) const { return pack_pointwise(*extents.maybe_head, *quantised.maybe_head, kernel, arena); }
  PackedPointwise expand(std::size_t block, Arena& arena) const {
    return pack_pointwise(*extents.blocks[block].maybe_expand, *quantised.blocks[block].maybe_expand, kernel, arena);
  }
  PackedDepthwise depthwise(std::size_t block, Arena& arena) const {
    return pack_depthwise(extents.blocks[block].depthwise, quantised.blocks[block].depthwise, arena);
  }
  PackedPointwise project(std::size_t block, Arena& arena) const {
    const QuantisedBlock& numbers = quantised.blocks[block];
    PackedPointwise packed = pack_pointwise(extents.blocks[block].project, numbers.project, kernel, arena);
    if (extents.blocks[block].residual) packed.finish.addition = make_addition(numbers.input, numbers.project.output, numbers.output);
    return packed;
  }
};

PackedNetwork<Engine> pack(const Model& model) {
  const auto& [layers, maybe_quantised] = std::get<InvertedResidual>(model.network);
  if (maybe_quantised == nullptr) {
    throw Error(ErrorCode::kUsage, fmt::format("the model {} has no int8 weights", model.card.name), "use --precision fp32");
  }
  check_input(model.card, maybe_quantised->stem.input);
  const Kernels kernels = find_kernels();
  const Engine engine{unsigned_zero_point(maybe_quantised->stem.input), {}, kernels.pointwise, kernels.depthwise};
  PackedNetwork<Engine> packed = pack_network(model.card, *layers, engine, Packer{*layers, *maybe_quantised, kernels.pointwise});
  packed.engine.mean = make_average(*maybe_quantised, packed.plan.blocks.back().window.out.pixels());
  return packed;
}

}  // namespace

std::shared_ptr<const NetworkFactory> make_factory(const Model& model) {
  return std::make_shared<const FusedFactory<Engine>>(pack(model));
}

}  // namespace coulis::fused::int8
