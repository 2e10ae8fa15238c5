#include "job/pack/packed_photo.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/base/lower_case.hpp"
#include "core/base/sha256.hpp"
#include "core/decode/decode.hpp"
#include "core/encode/jpeg.hpp"
#include "core/resample/resample.hpp"

namespace coulis {
namespace {

constexpr int kQuality = 90;

Outcome<Bytes> shrink(Bytes file, int resize) {
  DecodeOptions upright;
  upright.exif_orientation = true;  // the new file has no EXIF
  const Outcome<Image> image = decode(file, upright);
  if (!image) return image.failure();
  const ImageView view = image.value().view();
  const int shorter = std::min(view.width, view.height);
  if (shorter <= resize) return file;
  const auto side = [&](int length) { return static_cast<int>(std::lround(static_cast<double>(length) * resize / shorter)); };
  const Image small = resample(view, {side(view.width), side(view.height), Filter::kLanczos});
  return encode_jpeg(small.view(), kQuality);
}

}  // namespace

Outcome<PackedPhoto> read_for_shard(const Location& input, const ImageRef& image, int resize) {
  Outcome<Bytes> bytes = input.get(image);
  if (bytes && resize > 0) bytes = shrink(std::move(bytes.value()), resize);
  if (!bytes) return bytes.failure();
  std::string sum = sha256_of(bytes.value());
  return PackedPhoto{std::move(bytes.value()), std::move(sum)};
}

std::string name_in_shard(const ImageRef& image, int resize) {
  std::string name = image.key;
  const std::size_t slash = name.rfind('/') + 1;  // 0: there is none
  if (image.label && !image.label->empty()) {
    std::string folder = *image.label;
    std::replace(folder.begin(), folder.end(), '/', '_');
    name.insert(slash, folder + "/");
  }
  const std::string ending = lower_ending(name);
  if (resize == 0 || ending == "jpg" || ending == "jpeg") return name;
  if (ending.empty()) return name + ".jpg";
  return fmt::format("{}-{}.jpg", name.substr(0, name.rfind('.')), ending);  // 1.png beside 1.jpg
}

}  // namespace coulis
