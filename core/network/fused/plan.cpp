#include "core/network/fused/plan.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "core/network/fused/layout.hpp"

namespace coulis::fused {
namespace {

// From this height on a whole expanded plane would not stay in the cache: such blocks go strip by strip.
constexpr int kMinStripedHeight = 28;
constexpr int kStripRows = 4;
constexpr std::size_t kMaxScratchElements = std::size_t{1} << 29;  // 2 GiB of float32: a card that asks for more is mistaken or malicious

int out_length(int in, int kernel, int stride, Padding padding) {
  if (padding == Padding::kSame) return (in + stride - 1) / stride;
  return (in + (kernel - 1) / 2 * 2 - kernel) / stride + 1;
}

int leading_padding(int in, int out, int kernel, int stride, Padding padding) {
  if (padding == Padding::kSymmetric) return (kernel - 1) / 2;
  return std::max(0, (out - 1) * stride + kernel - in) / 2;
}

std::size_t plane_elements(int channels, int pixels, std::size_t element_bytes) {
  return static_cast<std::size_t>(count_blocks(channels)) * block_stride_of(pixels, element_bytes);
}

BlockPlan plan_block(const BlockWeights& block, RowSource source, Padding padding, Extent in) {
  BlockPlan plan;
  plan.source = source;
  plan.window = make_window(block.depthwise.kernel, block.depthwise.stride, padding, in);
  const Window& window = plan.window;
  plan.strip_rows = in.height >= kMinStripedHeight ? std::min(kStripRows, window.out.height) : window.out.height;
  if (source != RowSource::kPlane) {
    plan.ring_rows = std::min(in.height, (plan.strip_rows - 1) * window.stride + window.kernel);
  }
  return plan;
}

RowSource choose_source(const BlockWeights& block, bool first) {
  if (block.maybe_expand) return RowSource::kExpand;
  return first ? RowSource::kStem : RowSource::kPlane;
}

void grow(std::size_t& size, std::size_t needed) {
  size = std::max(size, needed);
}

}  // namespace

Window make_window(int kernel, int stride, Padding padding, Extent in) {
  Window window{kernel, stride, in, {}, 0, 0};
  window.out = {out_length(in.width, kernel, stride, padding), out_length(in.height, kernel, stride, padding)};
  window.left_padding = leading_padding(in.width, window.out.width, kernel, stride, padding);
  window.top_padding = leading_padding(in.height, window.out.height, kernel, stride, padding);
  return window;
}

Plan make_plan(const ModelCard& card, const InvertedResidualWeights& weights, std::size_t element_bytes) {
  Plan plan;
  plan.stem = make_window(weights.stem.kernel, weights.stem.stride, weights.padding,
                          {card.preprocessing.resize.width_px, card.preprocessing.resize.height_px});
  Extent in = plan.stem.out;
  plan.plane_elements = plane_elements(weights.stem.out_channels, in.pixels(), element_bytes);
  for (std::size_t i = 0; i < weights.blocks.size(); ++i) {
    const BlockWeights& block = weights.blocks[i];
    const int expanded_channels = block.depthwise.channels;
    const BlockPlan block_plan = plan_block(block, choose_source(block, i == 0), weights.padding, in);
    const Extent out = block_plan.window.out;
    grow(plan.ring_elements, plane_elements(expanded_channels, block_plan.ring_rows * in.width, element_bytes));
    grow(plan.strip_elements, plane_elements(expanded_channels, block_plan.strip_rows * out.width, element_bytes));
    grow(plan.plane_elements, plane_elements(block.project.out_channels, out.pixels(), element_bytes));
    grow(plan.zero_elements, static_cast<std::size_t>(in.width) * kBlockChannels);
    plan.blocks.push_back(block_plan);
    in = out;
  }
  const BlockPlan& first = plan.blocks.front();
  const int stem_outputs = first.source == RowSource::kStem ? first.ring_rows : 1;
  plan.stem_rows = (stem_outputs - 1) * plan.stem.stride + plan.stem.kernel;
  plan.stem_row_elements = static_cast<std::size_t>((plan.stem.out.width - 1) * plan.stem.stride + plan.stem.kernel) * 3;
  grow(plan.stem_row_elements, static_cast<std::size_t>(plan.stem.left_padding + plan.stem.in.width) * 3);
  if (2 * plan.plane_elements + plan.ring_elements + plan.strip_elements > kMaxScratchElements) {
    throw Error(ErrorCode::kRunFailed, "the network needs too much memory for one image", "use a model with a smaller input");
  }
  return plan;
}

}  // namespace coulis::fused
