#include "core/network/fused/int8/pointwise.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/int8/packing.hpp"
#include "tests/core/network/every_level.hpp"
#include "tests/core/network/int8/random_layer.hpp"

namespace coulis::fused::int8 {
namespace {

constexpr std::uint8_t kUntouched = 77;

struct Shape {
  int in, out, pixels;
  Activation activation;
  bool residual;
};

const Shape kShapes[] = {
    {1, 1, 1, Activation::kNone, false},       {3, 8, 5, Activation::kRelu, true},       {16, 16, 14, Activation::kRelu6, false},
    {17, 24, 29, Activation::kNone, true},     {24, 144, 56, Activation::kRelu6, false}, {40, 25, 13, Activation::kNone, true},
    {33, 100, 100, Activation::kRelu6, false}, {64, 80, 7, Activation::kNone, true},     {1000, 20, 16, Activation::kRelu6, false}};

// A layer packed, its input, and its outputs by plain loops.
struct Case {
  Arena arena;
  PointwiseWeights extents;
  QuantisedLayer layer;
  PackedPointwise packed;
  Plane<std::uint8_t> input;
  Plane<std::uint8_t> residual;
  PixelRun<std::uint8_t> run;

  explicit Case(const Shape& shape) {
    extents.in_channels = shape.in;
    extents.out_channels = shape.out;
    extents.activation = shape.activation;
    layer = random_layer(static_cast<std::size_t>(shape.in * shape.out), static_cast<std::size_t>(shape.out), -9, 1);
    packed = pack_pointwise(extents, layer, find_kernels().pointwise, arena);
    packed.finish.addition = make_addition({0.11F, 3}, layer.output, {0.04F, -7});
    input = random_plane(arena, shape.in, shape.pixels, 3);
    residual = random_plane(arena, shape.out, shape.pixels, 4);
    run.data = input.data;
    run.chunk_stride = input.block_stride;
    run.pixels = shape.pixels;
  }

  std::uint8_t expected(int pixel, int channel) const {
    std::int32_t sum = layer.bias[static_cast<std::size_t>(channel)];
    for (int k = 0; k < extents.in_channels; ++k) {
      sum += layer.weight[static_cast<std::size_t>(channel * extents.in_channels + k)] *
             (read(input, pixel, k) - 128 - layer.input.zero_point);
    }
    return requantise(sum, output_scales_of(layer)[static_cast<std::size_t>(channel)], packed.finish.range);
  }
};

void expect_panels_equal_to_plain_sums(const Shape& shape) {
  Case c(shape);
  const Plane<std::uint8_t> output = random_plane(c.arena, shape.out, shape.pixels + 4, 5);
  for (int block = 0; block < count_blocks(shape.out); ++block) std::fill_n(output.at(block, shape.pixels), 4 * kBlockChannels, kUntouched);
  for (const Panel& panel : c.packed.panels) {
    const int block = panel.first_block();
    find_kernels().pointwise.compute_panel(c.packed, panel, c.run, output.from(block, 0),
                                           shape.residual ? c.residual.from(block, 0) : Plane<std::uint8_t>{});
  }
  for (int channel = 0; channel < shape.out; ++channel) {
    for (int pixel = 0; pixel < shape.pixels; ++pixel) {
      const std::uint8_t alone = c.expected(pixel, channel);
      const std::uint8_t expected = shape.residual ? add(read(c.residual, pixel, channel), alone, c.packed.finish.addition) : alone;
      ASSERT_EQ(read(output, pixel, channel), expected) << "pixel " << pixel << ", channel " << channel;
    }
    for (int pixel = shape.pixels; pixel < shape.pixels + 4; ++pixel) {
      ASSERT_EQ(read(output, pixel, channel), kUntouched) << "written behind the run";
    }
  }
}

TEST(Int8Pointwise, EqualsPlainSumsOnOddShapes) {
  on_every_level([] {
    for (const Shape& shape : kShapes) {
      SCOPED_TRACE(testing::Message() << shape.in << " -> " << shape.out << ", " << shape.pixels << " pixels");
      expect_panels_equal_to_plain_sums(shape);
    }
  });
}

TEST(Int8Pointwise, EqualsPlainSumsForEveryNumberOfPixelsOfATile) {
  on_every_level([] {
    for (int pixels = 1; pixels <= 30; ++pixels) {
      SCOPED_TRACE(pixels);
      expect_panels_equal_to_plain_sums({20, 48, pixels, Activation::kRelu6, true});
      expect_panels_equal_to_plain_sums({9, 20, pixels, Activation::kNone, false});
    }
  });
}

TEST(Int8Pointwise, SumsOverPixelsAfterTheActivation) {
  on_every_level([] {
    for (const Shape& shape : kShapes) {
      SCOPED_TRACE(testing::Message() << shape.in << " -> " << shape.out << ", " << shape.pixels << " pixels");
      Case c(shape);
      std::vector<std::int32_t> sums(static_cast<std::size_t>(count_blocks(shape.out) * kBlockChannels), 1000);
      for (const Panel& panel : c.packed.panels) {
        find_kernels().pointwise.sum_panel(c.packed, panel, c.run, sums.data() + panel.first_channel);
      }
      for (int channel = 0; channel < shape.out; ++channel) {
        std::int32_t expected = 1000;
        for (int pixel = 0; pixel < shape.pixels; ++pixel) expected += c.expected(pixel, channel);
        ASSERT_EQ(sums[static_cast<std::size_t>(channel)], expected) << "channel " << channel;
      }
    }
  });
}

}  // namespace
}  // namespace coulis::fused::int8
