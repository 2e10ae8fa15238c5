#include "core/network/fused/fp32/network.hpp"

#include "core/network/fused/executor.hpp"
#include "core/network/fused/fp32/depthwise.hpp"
#include "core/network/fused/fp32/pointwise.hpp"
#include "core/network/fused/fp32/sparse_pointwise.hpp"
#include "core/network/fused/fp32/stem.hpp"
#include "core/network/fused/packing.hpp"

namespace coulis::fused::fp32 {
namespace {

// Skipping zeros pays with vectors of a whole block, and with enough outputs to hide the latency of additions
// (docs/decisions/0012-zeros-are-left-out.md).
constexpr int kMinSparseOutputs = 32;

struct Projection {
  PackedPointwise layer;
  bool sparse = false;
};

struct Engine {
  using Format = fp32::Format;
  using Projection = fp32::Projection;
  using Depthwise = PackedDepthwise;

  PixelScale pixel_scale;
  PointwiseKernel pointwise = find_pointwise_kernel();
  SparsePointwiseKernel sparse_pointwise = find_sparse_pointwise_kernel();
  DepthwiseFunction depthwise = find_depthwise_kernel();

  void convert_rows(const ImageView& image, const Window& window, int first, int end, std::size_t row_elements, float* rows) const {
    fp32::convert_rows(image, pixel_scale, window, first, end, row_elements, rows);
  }
  void project(const Projection& projection, const PixelRun<float>& run, const Plane<float>& output,
               const Plane<float>& maybe_residual) const {
    if (projection.sparse) return sparse_pointwise.compute(projection.layer, run, output, maybe_residual);
    compute_panels(pointwise, projection.layer, run, output, maybe_residual);
  }
  static void write_average(const float* sums, int pixels, std::span<float> row) { fused::write_average(sums, pixels, row); }
};

struct Packer : FloatPacker<Format> {
  const SparsePointwiseKernel& sparse;

  Projection project(std::size_t block, Arena& arena) const {
    const PointwiseWeights& layer = weights.blocks[block].project;
    if (sparse.lanes < kBlockChannels || layer.out_channels < kMinSparseOutputs) return {pack_pointwise(layer, kernel, arena), false};
    return {pack_sparse_pointwise(layer, sparse, arena), true};
  }
};

}  // namespace

std::shared_ptr<const NetworkFactory> make_factory(const Model& model) {
  const InvertedResidualWeights& weights = *std::get<InvertedResidual>(model.network).weights;
  const Engine engine{.pixel_scale = pixel_scale_of(model.card)};
  return std::make_shared<const FusedFactory<Engine>>(
      pack_network(model.card, weights, engine, Packer{{weights, engine.pointwise}, engine.sparse_pointwise}));
}

}  // namespace coulis::fused::fp32
