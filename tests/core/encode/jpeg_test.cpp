// What Pillow makes of such files is tested with the report's thumbnails.
#include "core/encode/jpeg.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/base/error.hpp"
#include "core/decode/decode.hpp"

namespace coulis {
namespace {

Image slope(int width, int height) {
  Image image(width, height);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.row(y) + std::ptrdiff_t{x} * 3;
      pixel[0] = static_cast<std::uint8_t>(255 * x / width);
      pixel[1] = static_cast<std::uint8_t>(255 * y / height);
      pixel[2] = 128;
    }
  }
  return image;
}

TEST(EncodeJpeg, KeepsThePixelsNearly) {
  for (const auto& [width, height] : {std::pair{1, 1}, {17, 5}, {96, 48}}) {
    const Image image = slope(width, height);
    const auto decoded = decode(encode_jpeg(image.view(), 95));
    ASSERT_TRUE(decoded.ok());
    ASSERT_EQ(decoded.value().width(), width);
    ASSERT_EQ(decoded.value().height(), height);
    for (std::size_t i = 0; i < image.size_bytes(); ++i) ASSERT_LT(std::abs(decoded.value().data()[i] - image.data()[i]), 24) << i;
  }
}

TEST(EncodeJpeg, TakesFewerBytesForLessQuality) {
  const Image image = slope(96, 96);
  EXPECT_LT(encode_jpeg(image.view(), 25).size(), encode_jpeg(image.view(), 90).size());
}

TEST(EncodeJpeg, ThrowsWhatLibjpegSaysOfAnImageThatIsTooWide) {
  EXPECT_THROW(encode_jpeg(Image(70'000, 1).view(), 75), Error);
}

}  // namespace
}  // namespace coulis
