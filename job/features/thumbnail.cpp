#include "job/features/thumbnail.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "core/decode/orientation.hpp"
#include "core/decode/turn.hpp"
#include "core/encode/jpeg.hpp"
#include "core/resample/resample.hpp"

namespace coulis {
namespace {

constexpr int kQuality = 85;

// The network's input is distorted to its own shape: this much of a side is the photo's middle square.
int cut(int side_px, int photo_side, int square_side) {
  const double share = static_cast<double>(square_side) / photo_side;
  return std::clamp(static_cast<int>(std::lround(side_px * share)), 1, side_px);
}

Image middle_of(const ImageView& image, int width, int height) {
  Image middle(width, height);
  const std::ptrdiff_t left = (image.width - width) / 2;
  const int top = (image.height - height) / 2;
  for (int y = 0; y < height; ++y) std::memcpy(middle.row(y), image.row(top + y) + left * 3, static_cast<std::size_t>(width) * 3);
  return middle;
}

}  // namespace

std::string thumbnail_of(const PhotoNetwork& network, std::span<const std::byte> file, const DecodeOptions& decode, Resampler& resampler) {
  const ImageView& input = network.input();
  const auto [width, height] = network.size();
  const int square = std::min(width, height);
  const int middle_width = cut(input.width, width, square);
  const int middle_height = cut(input.height, height, square);
  const bool is_whole = middle_width == input.width && middle_height == input.height;
  const Image middle = is_whole ? Image() : middle_of(input, middle_width, middle_height);
  ImageView small = resampler.resample(is_whole ? input : middle.view());
  const int orientation = decode.exif_orientation ? 1 : find_orientation(file);
  const Image upright = orientation == 1 ? Image() : turn(copy_of(small), orientation);
  if (orientation != 1) small = upright.view();
  const std::vector<std::byte> jpeg = encode_jpeg(small, kQuality, JpegEffort::kQuick);
  return {reinterpret_cast<const char*>(jpeg.data()), jpeg.size()};
}

}  // namespace coulis
