#include "core/resample/resample.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/error.hpp"

namespace coulis {
namespace {

Image make_image(int width, int height) {
  Image image(width, height);
  for (std::size_t i = 0; i < image.size_bytes(); ++i) image.data()[i] = static_cast<std::uint8_t>(i * 37 % 251);
  return image;
}

std::vector<std::uint8_t> bytes_of(const ImageView& view) {
  return {view.data, view.data + static_cast<std::size_t>(view.width) * static_cast<std::size_t>(view.height) * 3};
}

TEST(resampler, hands_back_an_image_that_has_the_size_already) {
  const Image image = make_image(224, 224);
  Resampler resampler({224, 224, Filter::kBicubic});
  EXPECT_EQ(resampler.resample(image.view()).data, image.data());
}

TEST(resample, to_the_same_size_is_a_copy) {
  const Image image = make_image(31, 17);
  for (const Filter filter : {Filter::kNearest, Filter::kBilinear, Filter::kBicubic, Filter::kLanczos}) {
    const Image result = resample(image.view(), {31, 17, filter});
    EXPECT_NE(result.data(), image.data());
    EXPECT_EQ(bytes_of(result.view()), bytes_of(image.view()));
  }
}

TEST(resample, of_one_pixel_repeats_it) {
  Image image(1, 1);
  const std::uint8_t pixel[] = {0, 128, 255};
  std::copy_n(pixel, 3, image.data());
  for (const Filter filter : {Filter::kNearest, Filter::kBilinear, Filter::kBicubic, Filter::kLanczos}) {
    const Image result = resample(image.view(), {5, 3, filter});
    for (std::size_t i = 0; i < result.size_bytes(); ++i) ASSERT_EQ(result.data()[i], pixel[i % 3]) << to_string(filter);
  }
}

TEST(resampler, gives_the_same_bytes_after_many_other_sizes) {
  Resampler resampler({24, 24, Filter::kLanczos});
  for (int round = 0; round < 2; ++round) {
    for (int size = 1; size < 60; size += 3) {
      const Image image = make_image(size, 61 - size);
      EXPECT_EQ(bytes_of(resampler.resample(image.view())), bytes_of(resample(image.view(), {24, 24, Filter::kLanczos}).view()));
    }
  }
}

TEST(resampler, keeps_its_result_in_the_same_place_for_images_of_one_size) {
  const Image image = make_image(100, 100);
  Resampler resampler({224, 224, Filter::kBicubic});
  const std::uint8_t* first = resampler.resample(image.view()).data;
  EXPECT_EQ(resampler.resample(image.view()).data, first);
}

TEST(resampler, refuses_a_size_below_one_pixel) {
  EXPECT_THROW(Resampler({0, 224, Filter::kBicubic}), Error);
  EXPECT_THROW(Resampler({224, -1, Filter::kBicubic}), Error);
}

TEST(filter, names_are_read_back) {
  for (const std::string name : {"nearest", "bilinear", "bicubic", "lanczos"}) EXPECT_EQ(to_string(parse_enum<Filter>(name)), name);
  EXPECT_THROW(parse_enum<Filter>("Bicubic"), Error);
}

}  // namespace
}  // namespace coulis
