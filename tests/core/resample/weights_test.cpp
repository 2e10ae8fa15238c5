#include "core/resample/weights.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <utility>
#include <vector>

#include "core/resample/digits.hpp"
#include "core/resample/halves.hpp"

namespace coulis {
namespace {

constexpr Filter kWeighingFilters[] = {Filter::kBilinear, Filter::kBicubic, Filter::kLanczos};
const std::vector<std::pair<int, int>> kAxes = {{100, 224},  {224, 100}, {1, 7},   {7, 1},  {2, 3},
                                                {3000, 224}, {225, 224}, {37, 41}, {5, 400}};

template <class Check>
void for_each_weights(Check check) {
  for (const Filter filter : kWeighingFilters) {
    for (const auto& [in_px, out_px] : kAxes) {
      SCOPED_TRACE(testing::Message() << in_px << " -> " << out_px << " " << to_string(filter));
      check(compute_weights(in_px, out_px, filter));
    }
  }
}

TEST(weights, of_each_output_add_up_to_one) {
  for_each_weights([](const Weights& weights) {
    for (int out = 0; out < weights.out_px; ++out) {
      const auto k = weights.taps_of(out);
      const int sum = std::accumulate(k.begin(), k.end(), 0);
      EXPECT_NEAR(sum, 1 << kWeightBits, weights.taps) << "output " << out;  // each is off by at most one half
    }
  });
}

TEST(weights, keep_every_tap_inside_the_input) {
  for_each_weights([](const Weights& weights) {
    EXPECT_EQ(weights.taps % 4, 0);
    for (int out = 0; out < weights.out_px; ++out) {
      const int start = weights.start[static_cast<std::size_t>(out)];
      EXPECT_GE(start, 0);
      EXPECT_LE(start + static_cast<int>(weights.taps_of(out).size()), weights.in_px);
      for (int tap = weights.in_px; tap < weights.taps; ++tap) EXPECT_EQ(weights.row(out)[tap], 0) << "filling of output " << out;
    }
  });
}

TEST(weights, start_further_right_for_each_output) {
  for_each_weights([](const Weights& weights) { EXPECT_TRUE(std::is_sorted(weights.start.begin(), weights.start.end())); });
}

TEST(weights, are_below_two_in_size_as_three_digits_need) {
  for_each_weights([](const Weights& weights) {
    for (const std::int32_t k : weights.k) EXPECT_LT(std::abs(k), 1 << (kWeightBits + 1));
  });
}

TEST(weights, are_the_sum_of_their_halves) {
  for (const std::int32_t k : {0, 1, -1, 2047, 2048, -2048, -2049, 1 << 22, -(1 << 22), (1 << 23) - 1, -(1 << 23)}) {
    const HighAndLow halves = split_halves(k);
    EXPECT_EQ(halves.high * 4096 + halves.low, k);
    EXPECT_LE(std::abs(halves.low), std::abs(k));
  }
}

TEST(weights, are_the_sum_of_their_digits) {
  for_each_weights([](const Weights& weights) {
    for (std::size_t i = 0; i < weights.k.size(); ++i) {
      std::int32_t k = 0;
      for (std::size_t j = 0; j < kDigits; ++j) {
        k = k * 256 + static_cast<std::int8_t>(weights.digits.by_output[i / 4 * kDigits + j] >> (i % 4 * 8));
      }
      EXPECT_EQ(k, weights.k[i]);
    }
  });
}

TEST(weights, of_a_tripled_axis_by_bilinear_are_thirds) {
  const Weights weights = compute_weights(2, 6, Filter::kBilinear);
  // Output 2 has its centre at 5/6 of the first pixel: 2/3 of it and 1/3 of the second.
  const auto k = weights.taps_of(2);
  ASSERT_EQ(k.size(), 2U);
  EXPECT_EQ(k[0], 2796203);
  EXPECT_EQ(k[1], 1398101);
}

}  // namespace
}  // namespace coulis
