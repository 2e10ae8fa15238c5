#include "job/report/thumbnails.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

#include "core/decode/decode.hpp"

namespace coulis {
namespace {

Image filled(int width, int height, std::uint8_t grey) {
  Image image(width, height);
  std::fill_n(image.data(), image.size_bytes(), grey);
  return image;
}

Image noise(int side_px, unsigned seed) {
  std::mt19937 random(seed);
  Image image(side_px, side_px);
  std::generate_n(image.data(), image.size_bytes(), [&] { return static_cast<std::uint8_t>(random()); });
  return image;
}

TEST(Thumbnail, IsTheMiddleSquareOfAPhoto) {
  Image photo = filled(300, 100, 0);
  for (int y = 0; y < 100; ++y) std::fill_n(photo.row(y) + 300, 300, std::uint8_t{200});  // x from 100 to 199
  const Image small = make_thumbnail(photo.view(), 48);
  EXPECT_EQ(small.width(), 48);
  EXPECT_EQ(small.height(), 48);
  EXPECT_TRUE(std::all_of(small.data(), small.data() + small.size_bytes(), [](std::uint8_t v) { return v == 200; }));
}

TEST(Thumbnail, IsMadeOfTheThinnestPhoto) {
  EXPECT_EQ(make_thumbnail(filled(1, 60'000, 9).view(), 48).data()[0], 9);
}

TEST(Sheets, HoldEachThumbnailInItsPlace) {
  std::vector<Image> thumbnails;
  thumbnails.reserve(300);
  for (int i = 0; i < 300; ++i) thumbnails.push_back(filled(48, 48, static_cast<std::uint8_t>(i % 250)));
  const auto sheets = make_sheets(thumbnails, 48, 1'000'000, 2);
  ASSERT_EQ(sheets.size(), 2U);
  EXPECT_EQ(sheets[0].photos, 256U);
  EXPECT_EQ(sheets[1].photos, 44U);
  const auto second = decode(sheets[1].jpeg);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(second.value().width(), 16 * 48);
  EXPECT_EQ(second.value().height(), 3 * 48);
  const int slot = 299 - 256;
  const std::uint8_t* pixel = second.value().row(slot / 16 * 48 + 47) + (slot % 16 * 48 + 47) * 3;
  EXPECT_LT(std::abs(pixel[0] - 299 % 250), 6);
}

TEST(Sheets, AreFewerWhereEvenTheLowestQualityIsTooLarge) {
  std::vector<Image> thumbnails;
  for (unsigned i = 0; i < 600; ++i) thumbnails.push_back(noise(48, i));
  std::size_t bytes = 0;
  const auto sheets = make_sheets(thumbnails, 48, 200'000, 2);
  for (const Sheet& sheet : sheets) bytes += sheet.jpeg.size();
  EXPECT_LE(bytes, 200'000U);
  EXPECT_GE(sheets.size(), 1U);
  EXPECT_LT(sheets.size(), 3U);
  EXPECT_TRUE(make_sheets(thumbnails, 48, 10, 2).empty());
  EXPECT_TRUE(make_sheets({}, 48, 10, 2).empty());
}

}  // namespace
}  // namespace coulis
