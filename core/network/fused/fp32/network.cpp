#include "core/network/fused/fp32/network.hpp"

#include <utility>

#include "core/network/fused/average.hpp"
#include "core/network/fused/executor.hpp"
#include "core/network/fused/fp32/depthwise.hpp"
#include "core/network/fused/fp32/packing.hpp"
#include "core/network/fused/fp32/pointwise.hpp"
#include "core/network/fused/fp32/sparse_pointwise.hpp"
#include "core/network/fused/fp32/stem.hpp"

namespace coulis::fused::fp32 {
namespace {

// Where leaving out zeros pays: with vectors of a whole block, and outputs enough to hide the latency of additions
// (docs/decisions/0012-zeros-are-left-out.md).
constexpr int kMinSparseOutputs = 32;

struct Projection {
  PackedPointwise layer;
  bool sparse = false;
};

struct Format {
  using Element = float;
  using PixelElement = float;
  using Sum = float;
  using Panel = fp32::Panel;
  using Pointwise = PackedPointwise;
  using Projection = fp32::Projection;
  using Depthwise = PackedDepthwise;
  static constexpr std::size_t kReadSlack = 0;
  static constexpr int stem_chunk(int kernel) { return 3 * kernel; }

  PixelScale pixel_scale;
  PointwiseKernel pointwise = find_pointwise_kernel();
  SparsePointwiseKernel sparse_pointwise = find_sparse_pointwise_kernel();
  DepthwiseFunction depthwise = find_depthwise_kernel();

  void convert_rows(const ImageView& image, const Window& window, int first, int end, std::size_t row_elements, float* rows) const {
    fp32::convert_rows(image, pixel_scale, window, first, end, row_elements, rows);
  }
  void compute_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<float>& run, const Plane<float>& output,
                     const Plane<float>& maybe_residual) const {
    pointwise.compute_panel(layer, panel, run, output, maybe_residual);
  }
  void project(const Projection& projection, const PixelRun<float>& run, const Plane<float>& output,
               const Plane<float>& maybe_residual) const {
    if (projection.sparse) {
      sparse_pointwise.compute(projection.layer, run, output, maybe_residual);
    } else {
      compute_panels(*this, projection.layer, run, output, maybe_residual);
    }
  }
  void sum_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<float>& run, float* sums) const {
    pointwise.sum_panel(layer, panel, run, sums);
  }
  void compute_depthwise(const PackedDepthwise& layer, int block, const DepthwiseStrip<float>& strip) const {
    depthwise(layer, block, strip);
  }

  // sums [16] += values [pixels, 16], over the pixels.
  static void add_block(const float* values, int pixels, float* sums) {
    for (int i = 0; i < pixels * kBlockChannels; ++i) sums[i % kBlockChannels] += values[i];
  }
  static void write_average(const float* sums, int pixels, std::span<float> row) { fused::write_average(sums, pixels, row); }
};

Projection pack_projection(const PointwiseWeights& layer, PackedNetwork<Format>& packed) {
  const SparsePointwiseKernel& sparse = packed.format.sparse_pointwise;
  if (sparse.lanes < kBlockChannels || layer.out_channels < kMinSparseOutputs) {
    return {pack_pointwise(layer, packed.format.pointwise, packed.arena), false};
  }
  return {pack_sparse_pointwise(layer, sparse, packed.arena), true};
}

PackedNetwork<Format> pack_network(const Model& model) {
  PackedNetwork<Format> packed;
  const InvertedResidualWeights& weights = *std::get<InvertedResidual>(model.network).weights;
  packed.plan = make_plan(model.card, weights, sizeof(float));
  packed.format.pixel_scale = pixel_scale_of(model.card);
  const PointwiseKernel& kernel = packed.format.pointwise;
  packed.stem = pack_stem(weights.stem, kernel, packed.arena);
  for (const BlockWeights& block : weights.blocks) {
    PackedBlock<Format>& target = packed.blocks.emplace_back();
    if (block.maybe_expand) target.maybe_expand = pack_pointwise(*block.maybe_expand, kernel, packed.arena);
    target.depthwise = pack_depthwise(block.depthwise, packed.arena);
    target.project = pack_projection(block.project, packed);
    target.residual = block.residual;
  }
  if (weights.maybe_head) packed.maybe_head = pack_pointwise(*weights.maybe_head, kernel, packed.arena);
  packed.feature_width = weights.last_layer().out_channels;
  return packed;
}

}  // namespace

std::shared_ptr<const NetworkFactory> make_factory(const Model& model) {
  return std::make_shared<const FusedFactory<Format>>(pack_network(model));
}

}  // namespace coulis::fused::fp32
