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

constexpr int kQuality = 90;

// The network's input has another shape than the photo: so much of a side is the photo's middle square.
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

std::string thumbnail_of(const PhotoNetwork& network, std::span<const std::byte> file, const DecodeOptions& decode) {
  const ImageView& input = network.input();
  const auto [width, height] = network.size();
  const int square = std::min(width, height);
  const Image middle = middle_of(input, cut(input.width, width, square), cut(input.height, height, square));
  Image small = resample(middle.view(), {kThumbnailSide_px, kThumbnailSide_px, Filter::kBilinear});
  if (!decode.exif_orientation) small = turn(std::move(small), find_orientation(file));
  const std::vector<std::byte> jpeg = encode_jpeg(small.view(), kQuality);
  return {reinterpret_cast<const char*>(jpeg.data()), jpeg.size()};
}

}  // namespace coulis
