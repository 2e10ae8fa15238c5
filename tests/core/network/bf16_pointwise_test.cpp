#include "core/network/fused/bf16/pointwise.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/network/fused/packing.hpp"
#include "tests/core/network/bf16_test.hpp"
#include "tests/core/network/random_floats.hpp"

namespace coulis::fused::bf16 {
namespace {

using Bf16Pointwise = OnBf16Cpu;

constexpr Bfloat16 kUntouched = 0x4E4E;

// Weights as an 8-bit model has them: integers times a scale, the largest of each channel 127.
PointwiseWeights make_8_bit_layer(int in, int out, Activation activation) {
  PointwiseWeights layer{in, out, activation, {}, random_steps(static_cast<std::size_t>(out), 100, 1.0F / 16, 2)};
  layer.weight = random_steps(static_cast<std::size_t>(in) * static_cast<std::size_t>(out), 127, 1.0F / 64, 1);
  for (int channel = 0; channel < out; ++channel) layer.weight[static_cast<std::size_t>(channel * in + channel % in)] = 127.0F / 64;
  return layer;
}

Plane<Bfloat16> make_plane(Arena& arena, int channels, int pixels, unsigned seed) {
  const std::size_t stride = block_stride_of(pixels, sizeof(Bfloat16));
  const std::size_t count = static_cast<std::size_t>(count_blocks(channels)) * stride;
  const std::vector<float> values = random_steps(count, 16, 1.0F / 8, seed);
  Plane<Bfloat16> plane{arena.allocate<Bfloat16>(count), stride};
  std::transform(values.begin(), values.end(), plane.data, to_bfloat16);
  return plane;
}

float read(const Plane<Bfloat16>& plane, int pixel, int channel) {
  return to_float(plane.at(channel / kBlockChannels, pixel)[channel % kBlockChannels]);
}

// -> the sum behind the activation. absolute_sum: the same of absolute values, without bias.
double compute_expected(const PointwiseWeights& layer, const Plane<Bfloat16>& input, int pixel, int channel,
                        double* absolute_sum = nullptr) {
  double sum = layer.bias[static_cast<std::size_t>(channel)];
  for (int k = 0; k < layer.in_channels; ++k) {
    const double product = double{layer.weight[static_cast<std::size_t>(channel * layer.in_channels + k)]} * read(input, pixel, k);
    sum += product;
    if (absolute_sum != nullptr) *absolute_sum += std::abs(product);
  }
  const Clamp clamp = clamp_of(layer.activation);
  return std::min<double>(std::max<double>(sum, clamp.low), clamp.high);
}

struct Shape {
  int in, out, pixels;
  Activation activation;
  bool residual;
};

const Shape kShapes[] = {{1, 1, 1, Activation::kNone, false},       {3, 8, 5, Activation::kRelu, true},
                         {16, 16, 14, Activation::kRelu6, false},   {17, 24, 29, Activation::kNone, true},
                         {24, 144, 56, Activation::kRelu6, false},  {40, 25, 13, Activation::kRelu6, true},
                         {33, 100, 100, Activation::kRelu6, false}, {64, 80, 7, Activation::kNone, true}};

void expect_panels_equal_to_plain_sums(const Shape& shape) {
  Arena arena;
  const PointwiseWeights layer = make_8_bit_layer(shape.in, shape.out, shape.activation);
  const PointwiseKernel kernel = find_pointwise_kernel();
  const PackedPointwise packed = pack_pointwise(layer, kernel, arena);
  const Plane<Bfloat16> input = make_plane(arena, shape.in, shape.pixels, 3);
  const Plane<Bfloat16> residual = make_plane(arena, shape.out, shape.pixels, 4);
  const Plane<Bfloat16> output = make_plane(arena, shape.out, shape.pixels + 1, 5);
  for (int block = 0; block < count_blocks(shape.out); ++block) std::fill_n(output.at(block, shape.pixels), kBlockChannels, kUntouched);
  for (const Panel& panel : packed.panels) {
    kernel.compute_panel(packed, panel, run_of(input, shape.pixels), output.from(panel.first_block(), 0),
                         shape.residual ? residual.from(panel.first_block(), 0) : Plane<Bfloat16>{});
  }
  for (int channel = 0; channel < shape.out; ++channel) {
    for (int pixel = 0; pixel < shape.pixels; ++pixel) {
      const double added = shape.residual ? read(residual, pixel, channel) : 0;
      ASSERT_EQ(read(output, pixel, channel), rounded(compute_expected(layer, input, pixel, channel) + added)) << pixel << ", " << channel;
    }
    ASSERT_EQ(output.at(channel / kBlockChannels, shape.pixels)[channel % kBlockChannels], kUntouched) << "written behind the run";
  }
}

TEST_F(Bf16Pointwise, EqualsRoundedPlainSumsOnOddShapes) {
  for (const Shape& shape : kShapes) {
    SCOPED_TRACE(testing::Message() << shape.in << " -> " << shape.out << ", " << shape.pixels << " pixels");
    expect_panels_equal_to_plain_sums(shape);
  }
}

TEST_F(Bf16Pointwise, EqualsRoundedPlainSumsForEveryNumberOfPixelsOfATile) {
  for (int pixels = 1; pixels <= 30; ++pixels) {
    SCOPED_TRACE(pixels);
    expect_panels_equal_to_plain_sums({20, 48, pixels, Activation::kRelu6, true});
    expect_panels_equal_to_plain_sums({10, 32, pixels, Activation::kRelu, false});
    expect_panels_equal_to_plain_sums({9, 20, pixels, Activation::kNone, false});
    expect_panels_equal_to_plain_sums({7, 11, pixels, Activation::kRelu6, false});
  }
}

TEST_F(Bf16Pointwise, RoundsWeightsThatAreNotIntegersByHalfAUnitAtMost) {
  constexpr double kHalfUnit = 1.0 / 512;  // of 8 significant bits
  Arena arena;
  PointwiseWeights layer = make_8_bit_layer(40, 48, Activation::kNone);
  layer.weight = random_floats(layer.weight.size(), -0.3F, 0.5F, 7);
  const PointwiseKernel kernel = find_pointwise_kernel();
  const PackedPointwise packed = pack_pointwise(layer, kernel, arena);
  const Plane<Bfloat16> input = make_plane(arena, 40, 20, 3);
  const Plane<Bfloat16> output = make_plane(arena, 48, 20, 5);
  for (const Panel& panel : packed.panels) kernel.compute_panel(packed, panel, run_of(input, 20), output.from(panel.first_block(), 0), {});
  for (int channel = 0; channel < 48; ++channel) {
    for (int pixel = 0; pixel < 20; ++pixel) {
      double absolute_sum = 0;
      const double expected = compute_expected(layer, input, pixel, channel, &absolute_sum);
      const double bound = kHalfUnit * (1.01 * absolute_sum + std::abs(expected));
      ASSERT_NEAR(read(output, pixel, channel), expected, bound) << pixel << ", " << channel;
    }
  }
}

TEST_F(Bf16Pointwise, SumsOverPixelsAfterTheActivationWithoutRounding) {
  for (const Shape& shape : kShapes) {
    SCOPED_TRACE(testing::Message() << shape.in << " -> " << shape.out << ", " << shape.pixels << " pixels");
    Arena arena;
    const PointwiseWeights layer = make_8_bit_layer(shape.in, shape.out, shape.activation);
    const PointwiseKernel kernel = find_pointwise_kernel();
    const PackedPointwise packed = pack_pointwise(layer, kernel, arena);
    const Plane<Bfloat16> input = make_plane(arena, shape.in, shape.pixels, 6);
    auto* sums = arena.allocate<float>(static_cast<std::size_t>(count_blocks(shape.out) * kBlockChannels));
    for (const Panel& panel : packed.panels) {
      kernel.sum_panel(packed, panel, run_of(input, shape.pixels), sums + panel.first_channel);
    }
    for (int channel = 0; channel < shape.out; ++channel) {
      double expected = 0;
      for (int pixel = 0; pixel < shape.pixels; ++pixel) expected += compute_expected(layer, input, pixel, channel);
      ASSERT_EQ(sums[channel], expected) << channel;
    }
  }
}

}  // namespace
}  // namespace coulis::fused::bf16
