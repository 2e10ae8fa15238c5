#include "core/network/fused/fp32/depthwise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/network/fused/packing.hpp"
#include "core/network/fused/plan.hpp"
#include "tests/core/network/every_level.hpp"
#include "tests/core/network/random_floats.hpp"
#include "tests/tolerance.hpp"

namespace coulis::fused::fp32 {
namespace {

constexpr int kChannels = 40;  // two blocks and a half
constexpr int kOutRows = 2;
constexpr float kUntouched = 77;

struct Case {
  int kernel;
  int stride;
  int width;
  Padding padding;
};

DepthwiseWeights make_layer(const Case& c) {
  DepthwiseWeights layer{c.kernel, c.stride, kChannels, Activation::kRelu6, {}, {}};
  layer.weight = random_floats(static_cast<std::size_t>(c.kernel * c.kernel * kChannels), -1, 1, 1);
  layer.bias = random_floats(kChannels, -1, 3, 2);
  return layer;
}

// input: [(kOutRows - 1) * stride + kernel, width, 16] of one block.
struct Expected {
  double value = 0;
  double bound = 0;  // of a float32 sum
};

Expected compute_expected(const DepthwiseWeights& layer, const Window& window, const std::vector<float>& input, int y, int x, int channel) {
  double sum = layer.bias[static_cast<std::size_t>(channel)];
  double absolute_sum = std::abs(sum);
  for (int ky = 0; ky < layer.kernel; ++ky) {
    for (int kx = 0; kx < layer.kernel; ++kx) {
      const int in_x = x * layer.stride - window.left_padding + kx;
      if (in_x < 0 || in_x >= window.in.width) continue;
      const int in_y = y * layer.stride + ky;
      const float value = input[static_cast<std::size_t>((in_y * window.in.width + in_x) * kBlockChannels + channel % kBlockChannels)];
      const double product = double{value} * layer.weight[static_cast<std::size_t>((ky * layer.kernel + kx) * kChannels + channel)];
      sum += product;
      absolute_sum += std::abs(product);
    }
  }
  return {std::clamp(sum, 0.0, 6.0), sum_bound<float>(static_cast<std::size_t>(layer.kernel * layer.kernel) + 1, absolute_sum)};
}

void expect_strip_equal_to_plain_sums(const Case& c) {
  const DepthwiseWeights layer = make_layer(c);
  const Window window = make_window(c.kernel, c.stride, c.padding, {c.width, c.kernel});
  const int in_rows = (kOutRows - 1) * c.stride + c.kernel;
  const std::size_t row_floats = static_cast<std::size_t>(c.width) * kBlockChannels;
  const std::vector<float> input = random_floats(static_cast<std::size_t>(in_rows) * row_floats, -3, 3, 3);
  Arena arena;
  const PackedDepthwise packed = pack_depthwise(layer, arena);
  auto* aligned = arena.allocate<float>(input.size());
  std::copy(input.begin(), input.end(), aligned);
  const auto* zeros = arena.allocate<float>(row_floats);
  std::vector<const float*> rows(static_cast<std::size_t>(in_rows));
  for (std::size_t y = 0; y < rows.size(); ++y) rows[y] = aligned + y * row_floats;
  const auto outputs = static_cast<std::size_t>(kOutRows * window.out.width) * kBlockChannels;
  auto* output = arena.allocate<float>(outputs + 1);
  output[outputs] = kUntouched;
  for (int block = 0; block < count_blocks(kChannels); ++block) {
    find_depthwise_kernel()(packed, block, {rows.data(), zeros, window.in.width, window.out.width, kOutRows, window.left_padding, output});
    for (int channel = block * kBlockChannels; channel < std::min(kChannels, (block + 1) * kBlockChannels); ++channel) {
      for (int pixel = 0; pixel < kOutRows * window.out.width; ++pixel) {
        const int y = pixel / window.out.width;
        const int x = pixel % window.out.width;
        const Expected expected = compute_expected(layer, window, input, y, x, channel);
        ASSERT_NEAR(output[pixel * kBlockChannels + channel % kBlockChannels], expected.value, expected.bound)
            << "row " << y << ", column " << x << ", channel " << channel;
      }
    }
  }
  ASSERT_EQ(output[outputs], kUntouched) << "written behind the strip";
}

TEST(Depthwise, EqualsPlainSumsOnEveryWidthKernelStrideAndPadding) {
  on_every_level([] {
    for (const int kernel : {3, 5}) {
      for (const int stride : {1, 2}) {
        for (const Padding padding : {Padding::kSame, Padding::kSymmetric}) {
          for (int width = 1; width <= 30; ++width) {
            SCOPED_TRACE(testing::Message() << "kernel " << kernel << ", stride " << stride << ", width " << width);
            expect_strip_equal_to_plain_sums({kernel, stride, width, padding});
          }
        }
      }
    }
  });
}

}  // namespace
}  // namespace coulis::fused::fp32
