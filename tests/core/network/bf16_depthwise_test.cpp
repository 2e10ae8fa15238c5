#include "core/network/fused/bf16/depthwise.hpp"

#include <algorithm>
#include <vector>

#include "core/network/fused/packing.hpp"
#include "core/network/fused/plan.hpp"
#include "tests/core/network/bf16_test.hpp"

namespace coulis::fused::bf16 {
namespace {

using Bf16Depthwise = OnBf16Cpu;

constexpr int kChannels = 40;  // two blocks and a half
constexpr int kOutRows = 2;

struct Case {
  int kernel;
  int stride;
  int width;
  Padding padding;
  Activation activation;
};

DepthwiseWeights make_layer(const Case& c) {
  DepthwiseWeights layer{c.kernel, c.stride, kChannels, c.activation, {}, {}};
  layer.weight = random_steps(static_cast<std::size_t>(c.kernel * c.kernel * kChannels), 1000, 1.0F / 1024, 1);
  layer.bias = random_steps(kChannels, 3, 1.0F / 2, 2);
  return layer;
}

// input: [(kOutRows - 1) * stride + kernel, width, 16] of one block.
double compute_expected(const DepthwiseWeights& layer, const Window& window, const std::vector<float>& input, int y, int x, int channel) {
  double sum = layer.bias[static_cast<std::size_t>(channel)];
  for (int ky = 0; ky < layer.kernel; ++ky) {
    for (int kx = 0; kx < layer.kernel; ++kx) {
      const int in_x = x * layer.stride - window.left_padding + kx;
      if (in_x < 0 || in_x >= window.in.width) continue;
      const float value =
          input[static_cast<std::size_t>(((y * layer.stride + ky) * window.in.width + in_x) * kBlockChannels + channel % kBlockChannels)];
      sum += static_cast<double>(value) * layer.weight[static_cast<std::size_t>((ky * layer.kernel + kx) * kChannels + channel)];
    }
  }
  const Clamp clamp = clamp_of(layer.activation);
  return std::min<double>(std::max<double>(sum, clamp.low), clamp.high);
}

void expect_strip_equal_to_plain_sums(const Case& c) {
  const DepthwiseWeights layer = make_layer(c);
  const Window window = make_window(c.kernel, c.stride, c.padding, {c.width, c.kernel});
  const std::size_t row_elements = static_cast<std::size_t>(c.width) * kBlockChannels;
  const int in_rows = (kOutRows - 1) * c.stride + c.kernel;
  const std::vector<float> input = random_steps(static_cast<std::size_t>(in_rows) * row_elements, 24, 1.0F / 8, 3);
  Arena arena;
  const PackedDepthwise packed = pack_depthwise(layer, arena);
  auto* aligned = arena.allocate<Bfloat16>(input.size());
  std::transform(input.begin(), input.end(), aligned, to_bfloat16);
  std::vector<const Bfloat16*> rows(static_cast<std::size_t>(in_rows));
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = aligned + y * row_elements;
  const auto* zeros = arena.allocate<Bfloat16>(row_elements);
  auto* output = arena.allocate<Bfloat16>(static_cast<std::size_t>(kOutRows * window.out.width) * kBlockChannels);
  for (int block = 0; block < count_blocks(kChannels); ++block) {
    compute_depthwise(packed, block, {rows.data(), zeros, window.in.width, window.out.width, kOutRows, window.left_padding, output});
    for (int channel = block * kBlockChannels; channel < std::min(kChannels, (block + 1) * kBlockChannels); ++channel) {
      for (int pixel = 0; pixel < kOutRows * window.out.width; ++pixel) {
        const int y = pixel / window.out.width;
        const int x = pixel % window.out.width;
        ASSERT_EQ(to_float(output[pixel * kBlockChannels + channel % kBlockChannels]),
                  rounded(compute_expected(layer, window, input, y, x, channel)))
            << "row " << y << ", column " << x << ", channel " << channel;
      }
    }
  }
}

TEST_F(Bf16Depthwise, EqualsRoundedPlainSumsOnEveryWidthKernelStrideAndPadding) {
  for (const int kernel : {3, 5}) {
    for (const int stride : {1, 2}) {
      for (const Padding padding : {Padding::kSame, Padding::kSymmetric}) {
        for (int width = 1; width <= 40; ++width) {
          SCOPED_TRACE(testing::Message() << "kernel " << kernel << ", stride " << stride << ", width " << width);
          expect_strip_equal_to_plain_sums({kernel, stride, width, padding, width % 2 == 0 ? Activation::kRelu6 : Activation::kNone});
        }
      }
    }
  }
}

}  // namespace
}  // namespace coulis::fused::bf16
