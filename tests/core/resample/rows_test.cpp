// Rows that come in bands, from photos that lie on their side, give the bytes of the upright picture resampled whole.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "core/decode/turn.hpp"
#include "core/resample/resample.hpp"

namespace coulis {
namespace {

struct Size {
  int width;
  int height;
};

Image make_image(const Size& size) {
  std::mt19937 random(static_cast<unsigned>(size.width * 7919 + size.height));
  Image image(size.width, size.height);
  for (std::size_t i = 0; i < image.size_bytes(); ++i) image.data()[i] = static_cast<std::uint8_t>(random() >> 24U);
  return image;
}

std::vector<std::uint8_t> bytes_of(const ImageView& view) {
  return {view.data, view.data + static_cast<std::size_t>(view.width) * static_cast<std::size_t>(view.height) * 3};
}

void send(const Image& image, int orientation, int band_rows, RowSink& sink) {
  sink.start(image.width(), image.height(), orientation);
  for (int y = 0; y < image.height(); y += band_rows) {
    const int count = std::min(band_rows, image.height() - y);
    std::copy_n(image.row(y), static_cast<std::size_t>(count) * static_cast<std::size_t>(image.width()) * 3, sink.place(count));
    sink.take();
  }
}

// Both orders of the passes, upright and on their side; one axis or both that keep their length; one pixel; growing.
constexpr Size kImages[] = {{1, 1},   {1, 300}, {300, 1}, {24, 16},  {16, 24},  {24, 90}, {90, 16},
                            {16, 90}, {90, 24}, {50, 51}, {25, 400}, {400, 25}, {7, 500}};

TEST(resampler, takes_rows_in_bands) {
  for (const Filter filter : {Filter::kNearest, Filter::kBilinear, Filter::kBicubic, Filter::kLanczos}) {
    Resampler resampler({24, 16, filter});
    for (const Size& size : kImages) {
      const Image image = make_image(size);
      for (int orientation = 1; orientation <= 8; ++orientation) {
        Image copy(size.width, size.height);
        std::copy_n(image.data(), image.size_bytes(), copy.data());
        const Image expected = resample(turn(std::move(copy), orientation).view(), {24, 16, filter});
        for (const int band_rows : {1, 3, 16, 1000}) {
          SCOPED_TRACE(testing::Message() << size.width << " x " << size.height << " turned by " << orientation << " in bands of "
                                          << band_rows << ", " << to_string(filter));
          send(image, orientation, band_rows, resampler);
          ASSERT_EQ(bytes_of(resampler.finish()), bytes_of(expected.view()));
        }
      }
    }
  }
}

TEST(resampler, forgets_an_image_that_broke_off) {
  Resampler resampler({24, 16, Filter::kBicubic});
  const Image image = make_image({90, 400});
  const std::vector<std::uint8_t> expected = bytes_of(resample(image.view(), {24, 16, Filter::kBicubic}).view());
  for (const int orientation : {1, 6}) {
    resampler.start(300, 200, orientation);
    std::fill_n(resampler.place(16), std::size_t{16} * 300 * 3, std::uint8_t{255});
    resampler.take();
    resampler.place(16);
    send(image, 1, 16, resampler);
    EXPECT_EQ(bytes_of(resampler.finish()), expected);
  }
}

TEST(resampler, counts_its_own_time_alone) {
  Resampler resampler({24, 16, Filter::kBicubic});
  EXPECT_EQ(resampler.seconds(), 0);
  const Image image = make_image({90, 400});
  send(image, 1, 16, resampler);
  resampler.finish();
  EXPECT_GT(resampler.seconds(), 0);
}

}  // namespace
}  // namespace coulis
