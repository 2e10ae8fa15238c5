// Executor: runs one image through a packed inverted-residual network, strip by strip. One template for all number formats.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/network/fused/arena.hpp"
#include "core/network/fused/layout.hpp"
#include "core/network/fused/packed_network.hpp"
#include "core/network/fused/plan.hpp"
#include "core/network/fused/pointwise.hpp"
#include "core/network/network.hpp"

namespace coulis::fused {

// A number format with its kernels for the SIMD target in use.
template <class E, class F = typename E::Format, class Element = typename F::Element>
concept FusedEngine = NumberFormat<F> &&
    requires(const E& engine, const ImageView& image, const Window& window, int n, Element* elements, const PixelRun<Element>& run,
             const Plane<Element>& plane, const DepthwiseStrip<Element>& strip, typename F::Sum* sums, std::span<float> row) {
  { engine.pointwise } -> std::convertible_to<PointwiseKernel<F>>;
  engine.depthwise(typename E::Depthwise{}, n, strip);                     // one channel block
  engine.project(typename E::Projection{}, run, plane, plane);             // all channels; the last plane is maybe_residual
  engine.convert_rows(image, window, n, n, plane.block_stride, elements);  // image rows [n, n) -> the stem's input
  engine.write_average(sums, n, row);                                      // of n pixels
};

// Of an engine that sums in float32: row = sums over `pixels` / pixels.
inline void write_average(const float* sums, int pixels, std::span<float> row) {
  const float share = 1.0F / static_cast<float>(pixels);
  std::transform(sums, sums + row.size(), row.begin(), [share](float sum) { return sum * share; });
}

template <FusedEngine Engine>
class FusedNetwork : public Network {
  using Format = typename Engine::Format;
  using Element = typename Format::Element;
  using Sum = typename Format::Sum;
  using Panel = fused::Panel<Format>;
  using Pointwise = PackedPointwise<Format>;
  using Plane = fused::Plane<Element>;

 public:
  explicit FusedNetwork(std::shared_ptr<const PackedNetwork<Engine>> packed)
      : packed_(std::move(packed)),
        planes_{allocate<Element>(plan().plane_elements), allocate<Element>(plan().plane_elements)},
        ring_(allocate<Element>(plan().ring_elements)),
        strip_(allocate<Element>(plan().strip_elements)),
        zeros_(allocate<Element>(plan().zero_elements)),
        stem_rows_(allocate<Element>(static_cast<std::size_t>(plan().stem_rows) * plan().stem_row_elements)),
        sums_(allocate<Sum>(static_cast<std::size_t>(count_blocks(packed_->feature_width)) * kBlockChannels)) {}

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
  struct Rows {
    int first = 0;
    int end = 0;
  };

  template <class T>
  T* allocate(std::size_t count) {
    return scratch_.allocate<T>(count + Format::kGroup - 1);  // the stem reads its rows in whole groups
  }

  static std::size_t stride_of(int pixels) { return block_stride_of(pixels, sizeof(Element)); }
  const Plan& plan() const { return packed_->plan; }
  const Engine& engine() const { return packed_->engine; }
  Plane plane_of(std::size_t index, Extent extent) const { return {planes_[index], stride_of(extent.pixels())}; }

  void convert_stem_rows(const ImageView& image, Rows out) {
    const Window& window = plan().stem;
    engine().convert_rows(image, window, window.first_row(out.first), window.end_row(out.end - 1), plan().stem_row_elements, stem_rows_);
  }

  // One row of the stem's output; the image rows under it have been converted, those of row `first` first.
  void compute_stem_row(const Panel& panel, int y, int first, const Plane& output) {
    const Window& window = plan().stem;
    PixelRun<Element> run;
    run.data = stem_rows_ + static_cast<std::size_t>((y - first) * window.stride) * plan().stem_row_elements;
    run.chunk_stride = plan().stem_row_elements;
    run.chunk_elements = stem_chunk<Format>(window.kernel);
    run.pixel_stride = 3 * window.stride;
    run.pixels = window.out.width;
    engine().pointwise.compute_panel(packed_->stem, panel, run, output, {});
  }

  void run_stem(const ImageView& image, const Plane& target) {
    for (int y = 0; y < plan().stem.out.height; ++y) {
      convert_stem_rows(image, {y, y + 1});
      for (const Panel& panel : packed_->stem.panels) {
        compute_stem_row(panel, y, y, target.from(panel.first_block(), y * plan().stem.out.width));
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
      const Plane strip{strip_, stride_of((end - y) * window.out.width)};
      if (block_plan.source == RowSource::kPlane) {
        const int blocks = count_blocks(packed_->blocks[index].depthwise.channels);
        for (int block = 0; block < blocks; ++block) compute_depthwise(index, block, source.from(block, 0), {y, end}, strip);
      } else {
        expand_and_compute_depthwise(index, image, source, {done, needed}, {y, end}, strip);
        done = std::max(done, needed);
      }
      project(index, source, strip, {y, end}, target);
    }
  }

  // Panel by panel, so that the depthwise layer finds what the expansion wrote in the nearest cache.
  void expand_and_compute_depthwise(std::size_t index, const ImageView& image, const Plane& source, Rows in, Rows out, const Plane& strip) {
    const BlockPlan& block_plan = plan().blocks[index];
    const bool from_stem = block_plan.source == RowSource::kStem;
    const Pointwise& producer = from_stem ? packed_->stem : *packed_->blocks[index].maybe_expand;
    const Plane ring{ring_, stride_of(block_plan.ring_rows * block_plan.window.in.width)};
    if (from_stem && in.first < in.end) convert_stem_rows(image, in);
    for (const Panel& panel : producer.panels) {
      const int first_block = panel.first_block();
      const Plane rows = block_plan.one_strip() ? ring : ring.from(first_block, 0);  // one strip: each panel may overwrite the last
      if (from_stem) {
        produce_stem_rows(panel, in, block_plan, rows);
      } else {
        produce_expanded_rows(producer, panel, source, in, block_plan, rows);
      }
      for (int block = first_block; block < panel.end_block(); ++block) {
        compute_depthwise(index, block, rows.from(block - first_block, 0), out, strip);
      }
    }
  }

  void produce_stem_rows(const Panel& panel, Rows in, const BlockPlan& block_plan, const Plane& ring) {
    for (int y = in.first; y < in.end; ++y) {
      compute_stem_row(panel, y, in.first, ring.from(0, y % block_plan.ring_rows * block_plan.window.in.width));
    }
  }

  void produce_expanded_rows(const Pointwise& layer, const Panel& panel, const Plane& source, Rows in, const BlockPlan& block_plan,
                             const Plane& ring) {
    const int width = block_plan.window.in.width;
    for (int y = in.first; y < in.end;) {
      const int slot = y % block_plan.ring_rows;
      const int rows = std::min(in.end - y, block_plan.ring_rows - slot);  // up to where the ring wraps around
      engine().pointwise.compute_panel(layer, panel, run_of(source.from(0, y * width), rows * width), ring.from(0, slot * width), {});
      y += rows;
    }
  }

  // Output rows `out` of one channel block; `input` has that block's rows, as a ring unless they come from a plane.
  void compute_depthwise(std::size_t index, int block, const Plane& input, Rows out, const Plane& strip) {
    const BlockPlan& block_plan = plan().blocks[index];
    const Window& window = block_plan.window;
    const int ring_rows = block_plan.ring_rows > 0 ? block_plan.ring_rows : window.in.height;
    const int turn = std::max(0, window.first_row(out.first)) / ring_rows * ring_rows;  // a division for every row would cost time
    window_rows_.clear();
    for (int y = window.first_row(out.first); y < window.end_row(out.end - 1); ++y) {
      const bool inside = y >= 0 && y < window.in.height;
      const int slot = y - turn < ring_rows ? y - turn : y - turn - ring_rows;
      window_rows_.push_back(inside ? input.at(0, slot * window.in.width) : zeros_);
    }
    engine().depthwise(
        packed_->blocks[index].depthwise, block,
        {window_rows_.data(), zeros_, window.in.width, window.out.width, out.end - out.first, window.left_padding, strip.at(block, 0)});
  }

  void project(std::size_t index, const Plane& source, const Plane& strip, Rows out, const Plane& target) {
    const PackedBlock<Engine>& block = packed_->blocks[index];
    const int width = plan().blocks[index].window.out.width;
    const Plane residual = block.residual ? source.from(0, out.first * width) : Plane{};
    engine().project(block.project, run_of(strip, (out.end - out.first) * width), target.from(0, out.first * width), residual);
  }

  // The head's output is never stored: its sums over the pixels are all that is wanted.
  void average(const Plane& source, int pixels, std::span<float> row) {
    const int blocks = count_blocks(packed_->feature_width);
    std::fill_n(sums_, blocks * kBlockChannels, Sum{});
    if (packed_->maybe_head) {
      const Pointwise& head = *packed_->maybe_head;
      for (const Panel& panel : head.panels) {
        engine().pointwise.sum_panel(head, panel, run_of(source, pixels), sums_ + panel.first_channel);
      }
    } else {
      for (int block = 0; block < blocks; ++block) add_block(source.at(block, 0), pixels, sums_ + block * kBlockChannels);
    }
    engine().write_average(sums_, pixels, row);
  }

  // sums [16] += values [pixels, 16], over the pixels.
  static void add_block(const Element* values, int pixels, Sum* sums) {
    for (int i = 0; i < pixels * kBlockChannels; ++i) sums[i % kBlockChannels] += Format::widen(values[i]);
  }

  std::shared_ptr<const PackedNetwork<Engine>> packed_;
  Arena scratch_;
  std::array<Element*, 2> planes_;
  Element* ring_;
  Element* strip_;
  Element* zeros_;
  Element* stem_rows_;
  Sum* sums_;
  std::vector<const Element*> window_rows_;
};

template <FusedEngine Engine>
class FusedFactory : public NetworkFactory {
 public:
  explicit FusedFactory(PackedNetwork<Engine> packed) : packed_(std::make_shared<const PackedNetwork<Engine>>(std::move(packed))) {}
  std::unique_ptr<Network> make() const override { return std::make_unique<FusedNetwork<Engine>>(packed_); }

 private:
  std::shared_ptr<const PackedNetwork<Engine>> packed_;
};

}  // namespace coulis::fused
