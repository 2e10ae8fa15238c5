#include "core/network/fused/fp32/pointwise.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/network/fused/fp32/sparse_pointwise.hpp"
#include "core/network/fused/packing.hpp"
#include "tests/bits.hpp"
#include "tests/core/network/every_level.hpp"
#include "tests/core/network/random_floats.hpp"
#include "tests/tolerance.hpp"

namespace coulis::fused::fp32 {
namespace {

constexpr float kUntouched = 77;

PointwiseWeights make_layer(int in, int out, Activation activation) {
  const auto weights = static_cast<std::size_t>(in) * static_cast<std::size_t>(out);
  return {in, out, activation, random_floats(weights, -0.5F, 0.5F, 1), random_floats(static_cast<std::size_t>(out), -1, 1, 2)};
}

Plane<float> make_plane(Arena& arena, int channels, int pixels, unsigned seed) {
  const std::size_t stride = block_stride_of(pixels, sizeof(float));
  const std::size_t count = static_cast<std::size_t>(count_blocks(channels)) * stride;
  const std::vector<float> values = random_floats(count, -2, 2, seed);
  Plane<float> plane{arena.allocate<float>(count), stride};
  std::copy(values.begin(), values.end(), plane.data);
  return plane;
}

float read(const Plane<float>& plane, int pixel, int channel) {
  return plane.at(channel / kBlockChannels, pixel)[channel % kBlockChannels];
}

struct Expected {
  double value = 0;
  double absolute_sum = 0;  // of the terms of the sum
};

Expected compute_expected(const PointwiseWeights& layer, const Plane<float>& input, int pixel, int channel) {
  double sum = layer.bias[static_cast<std::size_t>(channel)];
  double absolute_sum = std::abs(sum);
  for (int k = 0; k < layer.in_channels; ++k) {
    const double product = double{layer.weight[static_cast<std::size_t>(channel * layer.in_channels + k)]} * read(input, pixel, k);
    sum += product;
    absolute_sum += std::abs(product);
  }
  const Clamp clamp = clamp_of(layer.activation);
  return {std::min<double>(std::max<double>(sum, clamp.low), clamp.high), absolute_sum};
}

struct Shape {
  int in, out, pixels;
  Activation activation;
  bool residual;
};

const Shape kShapes[] = {{1, 1, 1, Activation::kNone, false},       {3, 8, 5, Activation::kRelu, true},
                         {16, 16, 14, Activation::kRelu6, false},   {17, 24, 29, Activation::kNone, true},
                         {24, 144, 56, Activation::kRelu6, false},  {40, 25, 13, Activation::kNone, true},
                         {33, 100, 100, Activation::kRelu6, false}, {64, 80, 7, Activation::kNone, true}};

void expect_panels_equal_to_plain_sums(const Shape& shape) {
  Arena arena;
  const PointwiseWeights layer = make_layer(shape.in, shape.out, shape.activation);
  const PointwiseKernel kernel = find_pointwise_kernel();
  const PackedPointwise packed = pack_pointwise(layer, kernel, arena);
  const Plane<float> input = make_plane(arena, shape.in, shape.pixels, 3);
  const Plane<float> residual = make_plane(arena, shape.out, shape.pixels, 4);
  const Plane<float> output = make_plane(arena, shape.out, shape.pixels + 1, 5);
  for (int channel = 0; channel < shape.out; ++channel)
    output.at(channel / kBlockChannels, shape.pixels)[channel % kBlockChannels] = kUntouched;
  for (const Panel& panel : packed.panels) {
    const int block = panel.first_block();
    kernel.compute_panel(packed, panel, run_of(input, shape.pixels), output.from(block, 0),
                         shape.residual ? residual.from(block, 0) : Plane<float>{});
  }
  for (int channel = 0; channel < shape.out; ++channel) {
    for (int pixel = 0; pixel < shape.pixels; ++pixel) {
      const double added = shape.residual ? read(residual, pixel, channel) : 0;
      const Expected expected = compute_expected(layer, input, pixel, channel);
      const double bound = sum_bound<float>(static_cast<std::size_t>(shape.in) + 2, expected.absolute_sum + std::abs(added));
      ASSERT_NEAR(read(output, pixel, channel), expected.value + added, bound) << pixel << ", " << channel;
    }
    ASSERT_EQ(read(output, shape.pixels, channel), kUntouched) << "written behind the run";
  }
}

TEST(Pointwise, EqualsPlainSumsOnOddShapes) {
  on_every_level([] {
    for (const Shape& shape : kShapes) {
      SCOPED_TRACE(testing::Message() << shape.in << " -> " << shape.out << ", " << shape.pixels << " pixels");
      expect_panels_equal_to_plain_sums(shape);
    }
  });
}

TEST(Pointwise, EqualsPlainSumsForEveryNumberOfPixelsOfATile) {
  on_every_level([] {
    for (int pixels = 1; pixels <= 30; ++pixels) {
      SCOPED_TRACE(pixels);
      expect_panels_equal_to_plain_sums({20, 48, pixels, Activation::kRelu6, true});
      expect_panels_equal_to_plain_sums({9, 20, pixels, Activation::kNone, false});
    }
  });
}

TEST(Pointwise, SumsOverPixelsAfterTheActivation) {
  on_every_level([] {
    for (const Shape& shape : kShapes) {
      SCOPED_TRACE(testing::Message() << shape.in << " -> " << shape.out << ", " << shape.pixels << " pixels");
      Arena arena;
      const PointwiseWeights layer = make_layer(shape.in, shape.out, shape.activation);
      const PointwiseKernel kernel = find_pointwise_kernel();
      const PackedPointwise packed = pack_pointwise(layer, kernel, arena);
      const Plane<float> input = make_plane(arena, shape.in, shape.pixels, 6);
      auto* sums = arena.allocate<float>(static_cast<std::size_t>(count_blocks(shape.out) * kBlockChannels));
      for (const Panel& panel : packed.panels) {
        kernel.sum_panel(packed, panel, run_of(input, shape.pixels), sums + panel.first_channel);
      }
      for (int channel = 0; channel < shape.out; ++channel) {
        Expected expected;
        for (int pixel = 0; pixel < shape.pixels; ++pixel) {
          const Expected one = compute_expected(layer, input, pixel, channel);
          expected = {expected.value + one.value, expected.absolute_sum + one.absolute_sum};
        }
        const double bound = sum_bound<float>(static_cast<std::size_t>(shape.in + 1 + shape.pixels), expected.absolute_sum);
        ASSERT_NEAR(sums[channel], expected.value, bound) << channel;
      }
    }
  });
}

// Zeros as a ReLU leaves them: in places, and in whole channels.
Plane<float> make_sparse_plane(Arena& arena, int channels, int pixels) {
  Plane<float> plane = make_plane(arena, channels, pixels, 7);
  for (int block = 0; block < count_blocks(channels); ++block) {
    for (int i = 0; i < pixels * kBlockChannels; ++i) {
      float& value = plane.at(block, 0)[i];
      const bool dead = (block * kBlockChannels + i % kBlockChannels) % 5 == 1;
      value = dead ? 0 : std::max(value, 0.0F);
    }
  }
  return plane;
}

void compute_dense(const PointwiseWeights& layer, const PixelRun<float>& run, const Plane<float>& output,
                   const Plane<float>& maybe_residual) {
  Arena arena;
  const PointwiseKernel kernel = find_pointwise_kernel();
  const PackedPointwise packed = pack_pointwise(layer, kernel, arena);
  for (const Panel& panel : packed.panels) {
    const int block = panel.first_block();
    const Plane<float> residual = maybe_residual.data != nullptr ? maybe_residual.from(block, 0) : Plane<float>{};
    kernel.compute_panel(packed, panel, run, output.from(block, 0), residual);
  }
}

void compute_sparse(const PointwiseWeights& layer, const PixelRun<float>& run, const Plane<float>& output,
                    const Plane<float>& maybe_residual) {
  Arena arena;
  const SparsePointwiseKernel kernel = find_sparse_pointwise_kernel();
  kernel.compute(pack_sparse_pointwise(layer, kernel, arena), run, output, maybe_residual);
}

void expect_sparse_equal_to_dense(const Shape& shape) {
  Arena arena;
  const PointwiseWeights layer = make_layer(shape.in, shape.out, shape.activation);
  const PixelRun<float> run = run_of(make_sparse_plane(arena, shape.in, shape.pixels), shape.pixels);
  const Plane<float> residual = shape.residual ? make_plane(arena, shape.out, shape.pixels, 4) : Plane<float>{};
  const Plane<float> expected = make_plane(arena, shape.out, shape.pixels, 5);
  const Plane<float> output = make_plane(arena, shape.out, shape.pixels + 1, 6);
  compute_dense(layer, run, expected, residual);
  for (int channel = 0; channel < shape.out; ++channel)
    output.at(channel / kBlockChannels, shape.pixels)[channel % kBlockChannels] = kUntouched;
  compute_sparse(layer, run, output, residual);
  for (int channel = 0; channel < shape.out; ++channel) {
    for (int pixel = 0; pixel < shape.pixels; ++pixel) {
      const float sparse = read(output, pixel, channel);
      const float dense = read(expected, pixel, channel);
      ASSERT_EQ(bits_of(sparse), bits_of(dense)) << sparse << ", " << dense << " at " << pixel << ", " << channel;
    }
    ASSERT_EQ(read(output, shape.pixels, channel), kUntouched) << "written behind the run";
  }
}

TEST(SparsePointwise, EqualsTheDenseKernelToTheBit) {
  on_every_level([] {
    for (const Shape& shape : kShapes) {
      SCOPED_TRACE(testing::Message() << shape.in << " -> " << shape.out << ", " << shape.pixels << " pixels");
      expect_sparse_equal_to_dense(shape);
    }
    for (const int out : {64, 96, 160, 320}) {  // several panels and slabs
      SCOPED_TRACE(out);
      expect_sparse_equal_to_dense({6 * out + 8, out, 49, Activation::kNone, true});
    }
  });
}

TEST(SparsePointwise, LeavesOutChannelsThatAreZeroInAllPixelsOfATile) {
  on_every_level([] {
    Arena arena;
    PointwiseWeights layer = make_layer(40, 64, Activation::kNone);
    constexpr int kDead = 21;  // a dead channel of make_sparse_plane
    for (int out = 0; out < 64; ++out) layer.weight[static_cast<std::size_t>(out * 40 + kDead)] = std::numeric_limits<float>::infinity();
    const PixelRun<float> run = run_of(make_sparse_plane(arena, 40, 10), 10);
    const Plane<float> output = make_plane(arena, 64, 10, 5);
    compute_dense(layer, run, output, {});
    EXPECT_TRUE(std::isnan(read(output, 9, 63)));  // 0 * infinity
    compute_sparse(layer, run, output, {});
    for (int channel = 0; channel < 64; ++channel) {
      for (int pixel = 0; pixel < 10; ++pixel) ASSERT_TRUE(std::isfinite(read(output, pixel, channel))) << pixel << ", " << channel;
    }
  });
}

}  // namespace
}  // namespace coulis::fused::fp32
