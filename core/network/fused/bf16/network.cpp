#include "core/network/fused/bf16/network.hpp"

#include "core/base/error.hpp"
#include "core/network/fused/bf16/cpu.hpp"
#include "core/network/fused/bf16/depthwise.hpp"
#include "core/network/fused/bf16/pointwise.hpp"
#include "core/network/fused/bf16/stem.hpp"
#include "core/network/fused/executor.hpp"
#include "core/network/fused/packing.hpp"

namespace coulis::fused::bf16 {

#if defined(__x86_64__)
namespace {

struct Engine {
  using Format = bf16::Format;
  using Projection = PackedPointwise;
  using Depthwise = PackedDepthwise;

  PixelScale pixel_scale;
  PointwiseKernel pointwise = find_pointwise_kernel();

  void convert_rows(const ImageView& image, const Window& window, int first, int end, std::size_t row_elements, Bfloat16* rows) const {
    bf16::convert_rows(image, pixel_scale, window, first, end, row_elements, rows);
  }
  static void depthwise(const PackedDepthwise& layer, int block, const DepthwiseStrip<Bfloat16>& strip) {
    compute_depthwise(layer, block, strip);
  }
  void project(const PackedPointwise& layer, const PixelRun<Bfloat16>& run, const Plane<Bfloat16>& output,
               const Plane<Bfloat16>& maybe_residual) const {
    compute_panels(pointwise, layer, run, output, maybe_residual);
  }
  static void write_average(const float* sums, int pixels, std::span<float> row) { fused::write_average(sums, pixels, row); }
};

}  // namespace
#endif

std::shared_ptr<const NetworkFactory> make_factory([[maybe_unused]] const Model& model) {
#if defined(__x86_64__)
  if (has_bf16_instructions()) {
    const InvertedResidualWeights& weights = *std::get<InvertedResidual>(model.network).weights;
    const Engine engine{.pixel_scale = choose_pixel_scale(model.card.preprocessing.scale, model.card.preprocessing.offset)};
    const FloatPacker<Format> packer{weights, engine.pointwise, engine.pixel_scale.left_to_weights};
    return std::make_shared<const FusedFactory<Engine>>(pack_network(model.card, weights, engine, packer));
  }
#endif
  throw Error(ErrorCode::kUsage, "--precision bf16 needs a CPU with AVX512_BF16, and COULIS_SIMD not below avx512",
              "use --precision fp32 or int8");
}

}  // namespace coulis::fused::bf16
