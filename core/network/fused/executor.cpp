#include "core/network/fused/executor.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/network/fused/arena.hpp"
#include "core/network/fused/packing.hpp"
#include "core/network/fused/plan.hpp"
#include "core/network/fused/stem.hpp"

namespace coulis::fused {
namespace {

constexpr int kMaxKernel = 5;

struct PackedBlock {
  std::optional<PackedPointwise> maybe_expand;
  PackedDepthwise depthwise;
  PackedPointwise project;
  bool residual = false;
};

// Read-only once made; shared by the networks of all workers.
struct PackedNetwork {
  Plan plan;
  PixelScale pixel_scale;
  PointwiseKernel pointwise;
  DepthwiseFunction compute_depthwise_row = nullptr;
  PackedPointwise stem;
  std::vector<PackedBlock> blocks;
  std::optional<PackedPointwise> maybe_head;
  int feature_width = 0;
  Arena arena;  // what the packed layers point into
};

PackedNetwork pack_network(const Model& model) {
  PackedNetwork packed;
  const InvertedResidualWeights& weights = *model.weights;
  packed.plan = make_plan(model.card, weights);
  packed.pixel_scale = pixel_scale_of(model.card);
  packed.pointwise = find_pointwise_kernel();
  packed.compute_depthwise_row = find_depthwise_kernel();
  packed.stem = pack_stem(weights.stem, packed.pointwise, packed.arena);
  for (const BlockWeights& block : weights.blocks) {
    PackedBlock& target = packed.blocks.emplace_back();
    if (block.maybe_expand) target.maybe_expand = pack_pointwise(*block.maybe_expand, packed.pointwise, packed.arena);
    target.depthwise = pack_depthwise(block.depthwise, packed.arena);
    target.project = pack_pointwise(block.project, packed.pointwise, packed.arena);
    target.residual = block.residual;
  }
  if (weights.maybe_head) packed.maybe_head = pack_pointwise(*weights.maybe_head, packed.pointwise, packed.arena);
  packed.feature_width = weights.last_layer().out_channels;
  return packed;
}

PixelRun run_of(const Plane& plane, int pixels) {
  PixelRun run;
  run.data = plane.data;
  run.chunk_stride = plane.block_stride;
  run.pixels = pixels;
  return run;
}

// sums [16] += values [pixels, 16], over the pixels.
void add_pixels(const float* values, int pixels, float* sums) {
  for (int i = 0; i < pixels * kBlockChannels; ++i) sums[i % kBlockChannels] += values[i];
}

class FusedNetwork : public Network {
 public:
  explicit FusedNetwork(std::shared_ptr<const PackedNetwork> packed)
      : packed_(std::move(packed)),
        planes_{scratch_.allocate(plan().plane_floats), scratch_.allocate(plan().plane_floats)},
        ring_(scratch_.allocate(plan().ring_floats)),
        strip_(scratch_.allocate(plan().strip_floats)),
        zeros_(scratch_.allocate(plan().zero_floats)),
        stem_rows_(scratch_.allocate(static_cast<std::size_t>(plan().stem_rows) * plan().stem_row_floats)),
        sums_(scratch_.allocate(static_cast<std::size_t>(count_blocks(packed_->feature_width)) * kBlockChannels)) {}

  void features(const ImageView& image, std::span<float> row) override {
    const Extent in = plan().stem.in;
    if (image.width != in.width || image.height != in.height || row.size() != static_cast<std::size_t>(packed_->feature_width)) {
      throw Error(ErrorCode::kUsage, "the image or the feature row does not have the size that the model's card says");
    }
    Plane source = plane_of(0, plan().stem.out);
    if (plan().blocks.front().source != RowSource::kStem) run_stem(image, source);
    for (std::size_t i = 0; i < packed_->blocks.size(); ++i) {
      const Plane target = plane_of((i + 1) % 2, plan().blocks[i].window.out);
      run_block(i, image, source, target);
      source = target;
    }
    average(source, plan().blocks.back().window.out.pixels(), row);
  }

 private:
  const Plan& plan() const { return packed_->plan; }
  Plane plane_of(std::size_t index, Extent extent) const { return {planes_[index], block_stride_of(extent.pixels())}; }

  void convert_stem_rows(const ImageView& image, int first, int end) {
    const Window& window = plan().stem;
    convert_rows(image, packed_->pixel_scale, window, window.first_row(first), window.end_row(end - 1), plan().stem_row_floats, stem_rows_);
  }

  // One row of the stem's output; the image rows under it have been converted, those of row `first` first.
  void compute_stem_row(const Panel& panel, int y, int first, const Plane& output) {
    const Window& window = plan().stem;
    PixelRun run;
    run.data = stem_rows_ + static_cast<std::size_t>((y - first) * window.stride) * plan().stem_row_floats;
    run.chunk_stride = plan().stem_row_floats;
    run.chunk_floats = 3 * window.kernel;
    run.pixel_stride = 3 * window.stride;
    run.pixels = window.out.width;
    packed_->pointwise.compute_panel(packed_->stem, panel, run, output, {});
  }

  void run_stem(const ImageView& image, const Plane& target) {
    for (int y = 0; y < plan().stem.out.height; ++y) {
      convert_stem_rows(image, y, y + 1);
      for (const Panel& panel : packed_->stem.panels) {
        compute_stem_row(panel, y, y, target.from(packed_->stem.first_block(panel), y * plan().stem.out.width));
      }
    }
  }

  void run_block(std::size_t index, const ImageView& image, const Plane& source, const Plane& target) {
    const BlockPlan& block_plan = plan().blocks[index];
    const Window& window = block_plan.window;
    int done = 0;  // rows of the depthwise input that have been computed
    for (int y = 0; y < window.out.height; y += block_plan.strip_rows) {
      const int end = std::min(window.out.height, y + block_plan.strip_rows);
      const int needed = std::min(window.in.height, window.end_row(end - 1));
      const Plane strip{strip_, block_stride_of((end - y) * window.out.width)};
      if (block_plan.source == RowSource::kPlane) {
        const int blocks = count_blocks(packed_->blocks[index].depthwise.channels);
        for (int block = 0; block < blocks; ++block) compute_depthwise(index, block, source.from(block, 0), y, end, strip);
      } else {
        expand_and_compute_depthwise(index, image, source, {done, needed}, {y, end}, strip);
        done = std::max(done, needed);
      }
      project(index, source, strip, y, end, target);
    }
  }

  struct Rows {
    int first = 0;
    int end = 0;
  };

  // Panel by panel, so that the depthwise layer finds what the expansion wrote in the nearest cache.
  void expand_and_compute_depthwise(std::size_t index, const ImageView& image, const Plane& source, Rows in, Rows out, const Plane& strip) {
    const BlockPlan& block_plan = plan().blocks[index];
    const bool from_stem = block_plan.source == RowSource::kStem;
    const PackedPointwise& producer = from_stem ? packed_->stem : *packed_->blocks[index].maybe_expand;
    const Plane ring{ring_, block_stride_of(block_plan.ring_rows * block_plan.window.in.width)};
    if (from_stem && in.first < in.end) convert_stem_rows(image, in.first, in.end);
    for (const Panel& panel : producer.panels) {
      const int first_block = producer.first_block(panel);
      const Plane rows = block_plan.one_strip() ? ring : ring.from(first_block, 0);  // one strip: each panel may overwrite the last
      if (from_stem) {
        produce_stem_rows(panel, in, block_plan, rows);
      } else {
        produce_expanded_rows(producer, panel, source, in, block_plan, rows);
      }
      for (int block = first_block; block < producer.end_block(panel); ++block) {
        compute_depthwise(index, block, rows.from(block - first_block, 0), out.first, out.end, strip);
      }
    }
  }

  void produce_stem_rows(const Panel& panel, Rows in, const BlockPlan& block_plan, const Plane& ring) {
    for (int y = in.first; y < in.end; ++y) {
      compute_stem_row(panel, y, in.first, ring.from(0, y % block_plan.ring_rows * block_plan.window.in.width));
    }
  }

  void produce_expanded_rows(const PackedPointwise& layer, const Panel& panel, const Plane& source, Rows in, const BlockPlan& block_plan,
                             const Plane& ring) {
    const int width = block_plan.window.in.width;
    for (int y = in.first; y < in.end;) {
      const int slot = y % block_plan.ring_rows;
      const int rows = std::min(in.end - y, block_plan.ring_rows - slot);  // up to where the ring wraps around
      packed_->pointwise.compute_panel(layer, panel, run_of(source.from(0, y * width), rows * width), ring.from(0, slot * width), {});
      y += rows;
    }
  }

  // Output rows [first, end) of one channel block; `input` has that block's rows, as a ring unless they come from a plane.
  void compute_depthwise(std::size_t index, int block, const Plane& input, int first, int end, const Plane& strip) {
    const BlockPlan& block_plan = plan().blocks[index];
    const Window& window = block_plan.window;
    std::array<const float*, kMaxKernel> rows{};
    for (int y = first; y < end; ++y) {
      for (int ky = 0; ky < window.kernel; ++ky) {
        const int in_y = window.first_row(y) + ky;
        const bool inside = in_y >= 0 && in_y < window.in.height;
        const int slot = inside && block_plan.ring_rows > 0 ? in_y % block_plan.ring_rows : in_y;
        rows[static_cast<std::size_t>(ky)] = inside ? input.at(0, slot * window.in.width) : zeros_;
      }
      float* output = strip.at(block, (y - first) * window.out.width);
      packed_->compute_depthwise_row(packed_->blocks[index].depthwise, block,
                                     {rows.data(), window.in.width, window.out.width, window.left_padding, output});
    }
  }

  void project(std::size_t index, const Plane& source, const Plane& strip, int first, int end, const Plane& target) {
    const PackedBlock& block = packed_->blocks[index];
    const int width = plan().blocks[index].window.out.width;
    for (const Panel& panel : block.project.panels) {
      const int first_block = block.project.first_block(panel);
      const Plane residual = block.residual ? source.from(first_block, first * width) : Plane{};
      packed_->pointwise.compute_panel(block.project, panel, run_of(strip, (end - first) * width), target.from(first_block, first * width),
                                       residual);
    }
  }

  // The head's output is never stored: its sums over the pixels are all that is wanted.
  void average(const Plane& source, int pixels, std::span<float> row) {
    const int blocks = count_blocks(packed_->feature_width);
    std::fill_n(sums_, blocks * kBlockChannels, 0.0F);
    if (packed_->maybe_head) {
      const PackedPointwise& head = *packed_->maybe_head;
      for (const Panel& panel : head.panels) {
        packed_->pointwise.sum_panel(head, panel, run_of(source, pixels), sums_ + panel.first_vector * head.lanes);
      }
    } else {
      for (int block = 0; block < blocks; ++block) add_pixels(source.at(block, 0), pixels, sums_ + block * kBlockChannels);
    }
    const float share = 1.0F / static_cast<float>(pixels);
    std::transform(sums_, sums_ + row.size(), row.begin(), [share](float sum) { return sum * share; });
  }

  std::shared_ptr<const PackedNetwork> packed_;
  Arena scratch_;
  std::array<float*, 2> planes_;
  float* ring_;
  float* strip_;
  float* zeros_;
  float* stem_rows_;
  float* sums_;
};

class FusedFactory : public NetworkFactory {
 public:
  explicit FusedFactory(PackedNetwork packed) : packed_(std::make_shared<const PackedNetwork>(std::move(packed))) {}
  std::unique_ptr<Network> make() const override { return std::make_unique<FusedNetwork>(packed_); }

 private:
  std::shared_ptr<const PackedNetwork> packed_;
};

}  // namespace

std::shared_ptr<const NetworkFactory> make_fused_factory(const Model& model) {
  return std::make_shared<const FusedFactory>(pack_network(model));
}

}  // namespace coulis::fused
