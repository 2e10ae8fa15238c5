#include "core/network/fused/int8/depthwise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/int8/packing.hpp"
#include "core/network/fused/plan.hpp"
#include "tests/core/network/every_level.hpp"
#include "tests/core/network/int8/random_layer.hpp"

namespace coulis::fused::int8 {
namespace {

constexpr int kChannels = 40;  // two blocks and a half
constexpr int kOutRows = 2;
constexpr std::uint8_t kUntouched = 77;

struct Case {
  int kernel;
  int stride;
  int width;
  Padding padding;
};

// input: a plane of [(kOutRows - 1) * stride + kernel, width].
std::uint8_t compute_expected(const QuantisedLayer& layer, const PackedDepthwise& packed, const Window& window,
                              const Plane<std::uint8_t>& input, int y, int x, int channel) {
  std::int32_t sum = layer.bias[static_cast<std::size_t>(channel)];
  for (int ky = 0; ky < packed.kernel; ++ky) {
    for (int kx = 0; kx < packed.kernel; ++kx) {
      const int in_x = x * packed.stride - window.left_padding + kx;
      if (in_x < 0 || in_x >= window.in.width) continue;
      const int value = read(input, (y * packed.stride + ky) * window.in.width + in_x, channel);
      sum += value * layer.weight[static_cast<std::size_t>((ky * packed.kernel + kx) * kChannels + channel)];
    }
  }
  return requantise(sum, output_scales_of(layer)[static_cast<std::size_t>(channel)], packed.range);
}

void expect_strip_equal_to_plain_sums(const Case& c) {
  const Window window = make_window(c.kernel, c.stride, c.padding, {c.width, c.kernel});
  const QuantisedLayer layer = random_layer(static_cast<std::size_t>(c.kernel * c.kernel * kChannels), kChannels, -128, 1);
  const int in_rows = (kOutRows - 1) * c.stride + c.kernel;
  Arena arena;
  const PackedDepthwise packed = pack_depthwise({c.kernel, c.stride, kChannels, Activation::kRelu6, {}, {}}, layer, arena);
  const Plane<std::uint8_t> input = random_plane(arena, kChannels, in_rows * c.width, 3);
  const auto* zeros = arena.allocate<std::uint8_t>(static_cast<std::size_t>(c.width) * kBlockChannels);
  std::vector<std::uint8_t> output(static_cast<std::size_t>(kOutRows * window.out.width + 1) * kBlockChannels);
  for (int block = 0; block < count_blocks(kChannels); ++block) {
    std::fill(output.begin(), output.end(), kUntouched);
    std::vector<const std::uint8_t*> rows(static_cast<std::size_t>(in_rows));
    for (int y = 0; y < in_rows; ++y) rows[static_cast<std::size_t>(y)] = input.at(block, y * c.width);
    find_kernels().depthwise(packed, block,
                             {rows.data(), zeros, window.in.width, window.out.width, kOutRows, window.left_padding, output.data()});
    EXPECT_EQ(std::count(output.end() - kBlockChannels, output.end(), kUntouched), kBlockChannels) << "written behind the strip";
    for (int channel = block * kBlockChannels; channel < std::min(kChannels, (block + 1) * kBlockChannels); ++channel) {
      for (int pixel = 0; pixel < kOutRows * window.out.width; ++pixel) {
        const int y = pixel / window.out.width;
        const int x = pixel % window.out.width;
        ASSERT_EQ(output[static_cast<std::size_t>(pixel * kBlockChannels + channel % kBlockChannels)],
                  compute_expected(layer, packed, window, input, y, x, channel))
            << "row " << y << ", column " << x << ", channel " << channel;
      }
    }
  }
}

TEST(Int8Depthwise, EqualsPlainSumsOnEveryWidthKernelStrideAndPadding) {
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
}  // namespace coulis::fused::int8
