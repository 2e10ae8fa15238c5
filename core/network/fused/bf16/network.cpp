#include "core/network/fused/bf16/network.hpp"

#include "core/base/error.hpp"
#include "core/network/fused/average.hpp"
#include "core/network/fused/bf16/cpu.hpp"
#include "core/network/fused/bf16/depthwise.hpp"
#include "core/network/fused/bf16/packing.hpp"
#include "core/network/fused/bf16/pointwise.hpp"
#include "core/network/fused/bf16/stem.hpp"
#include "core/network/fused/executor.hpp"

namespace coulis::fused::bf16 {

#if defined(__x86_64__)
namespace {

struct Format {
  using Element = Bfloat16;
  using PixelElement = Bfloat16;
  using Sum = float;
  using Panel = bf16::Panel;
  using Pointwise = PackedPointwise;
  using Projection = PackedPointwise;
  using Depthwise = PackedDepthwise;
  static constexpr std::size_t kReadSlack = 1;  // the odd last element of a stem row is read with the one behind it
  static constexpr int stem_chunk(int kernel) { return stem_chunk_elements(kernel); }

  PixelScale pixel_scale;

  void convert_rows(const ImageView& image, const Window& window, int first, int end, std::size_t row_elements, Bfloat16* rows) const {
    bf16::convert_rows(image, pixel_scale, window, first, end, row_elements, rows);
  }
  static void compute_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<Bfloat16>& run, const Plane<Bfloat16>& output,
                            const Plane<Bfloat16>& maybe_residual) {
    bf16::compute_panel(layer, panel, run, output, maybe_residual);
  }
  void project(const PackedPointwise& layer, const PixelRun<Bfloat16>& run, const Plane<Bfloat16>& output,
               const Plane<Bfloat16>& maybe_residual) const {
    compute_panels(*this, layer, run, output, maybe_residual);
  }
  static void sum_panel(const PackedPointwise& layer, const Panel& panel, const PixelRun<Bfloat16>& run, float* sums) {
    bf16::sum_panel(layer, panel, run, sums);
  }
  static void compute_depthwise(const PackedDepthwise& layer, int block, const DepthwiseStrip<Bfloat16>& strip) {
    bf16::compute_depthwise(layer, block, strip);
  }

  // sums [16] += values [pixels, 16], over the pixels.
  static void add_block(const Bfloat16* values, int pixels, float* sums) {
    for (int i = 0; i < pixels * kBlockChannels; ++i) sums[i % kBlockChannels] += to_float(values[i]);
  }
  static void write_average(const float* sums, int pixels, std::span<float> row) { fused::write_average(sums, pixels, row); }
};

PackedNetwork<Format> pack_network(const Model& model) {
  PackedNetwork<Format> packed;
  const InvertedResidualWeights& weights = *std::get<InvertedResidual>(model.network).weights;
  packed.plan = make_plan(model.card, weights, sizeof(Bfloat16));
  packed.format.pixel_scale = choose_pixel_scale(model.card.preprocessing.scale, model.card.preprocessing.offset);
  packed.stem = pack_stem(weights.stem, packed.format.pixel_scale.left_to_weights, packed.arena);
  for (const BlockWeights& block : weights.blocks) {
    PackedBlock<Format>& target = packed.blocks.emplace_back();
    if (block.maybe_expand) target.maybe_expand = pack_pointwise(*block.maybe_expand, packed.arena);
    target.depthwise = pack_depthwise(block.depthwise, packed.arena);
    target.project = pack_pointwise(block.project, packed.arena);
    target.residual = block.residual;
  }
  if (weights.maybe_head) packed.maybe_head = pack_pointwise(*weights.maybe_head, packed.arena);
  packed.feature_width = weights.last_layer().out_channels;
  return packed;
}

}  // namespace
#endif

std::shared_ptr<const NetworkFactory> make_factory([[maybe_unused]] const Model& model) {
#if defined(__x86_64__)
  if (has_bf16_instructions()) return std::make_shared<const FusedFactory<Format>>(pack_network(model));
#endif
  throw Error(ErrorCode::kUsage, "--precision bf16 needs a CPU with AVX512_BF16, and COULIS_SIMD not below avx512",
              "use --precision fp32 or int8");
}

}  // namespace coulis::fused::bf16
