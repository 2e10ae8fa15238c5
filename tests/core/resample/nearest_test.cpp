#include "core/resample/nearest.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace coulis {
namespace {

TEST(nearest, doubling_repeats_each_pixel) {
  EXPECT_EQ(locate_nearest(3, 6), (std::vector<int>{0, 0, 1, 1, 2, 2}));
}

TEST(nearest, shrinking_takes_the_pixel_under_each_centre) {
  EXPECT_EQ(locate_nearest(9, 3), (std::vector<int>{1, 4, 7}));
}

TEST(nearest, a_position_outside_the_image_is_black) {
  const std::vector<std::uint8_t> pixels = {1, 2, 3, 4, 5, 6};
  std::vector<std::uint8_t> target(12, 0xAB);
  pick_pixels({1, kOutside}, {kOutside, 0}, {pixels.data(), 2, 1}, target.data());
  EXPECT_EQ(target, (std::vector<std::uint8_t>{0, 0, 0, 0, 0, 0, 4, 5, 6, 0, 0, 0}));
}

}  // namespace
}  // namespace coulis
