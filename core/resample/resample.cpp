#include "core/resample/resample.hpp"

#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/resample/axis_cache.hpp"
#include "core/resample/nearest.hpp"
#include "core/resample/passes.hpp"
#include "core/resample/weights.hpp"

namespace coulis {
namespace {

// Pillow 13: a height that shrinks by more than twice what the width does is resampled first. The order shows in the bytes,
// because the first pass rounds.
bool columns_go_first(const ImageView& image, const ResampleOptions& options) {
  const int height_loss = image.height - options.height_px;
  const int width_loss = image.width - options.width_px;
  return height_loss > 0 && height_loss > 2 * width_loss;
}

// Grows to the largest image seen and stays.
class Scratch {
 public:
  std::uint8_t* reserve(int width, int height) {
    const std::size_t bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3 + Image::kReadablePadding;
    if (bytes > bytes_.size()) bytes_ = std::vector<std::uint8_t>(bytes);
    return bytes_.data();
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

}  // namespace

struct Resampler::State {
  ResampleOptions options;
  Passes passes = simd_passes();
  AxisCache<Weights> weights;
  Weights long_axis_weights;  // not worth keeping
  AxisCache<std::vector<int>> positions;
  Scratch between_passes;
  Scratch result;

  ImageView pick_nearest(const ImageView& image) {
    std::uint8_t* target = result.reserve(options.width_px, options.height_px);
    const std::vector<int>& columns = positions.find_or_make(image.width, options.width_px, locate_nearest);
    const std::vector<int>& rows = positions.find_or_make(image.height, options.height_px, locate_nearest);
    pick_pixels(columns, rows, image, target);
    return {target, options.width_px, options.height_px};
  }

  ImageView resample_rows(const ImageView& image, Scratch& scratch) {
    if (image.width == options.width_px) return image;
    std::uint8_t* target = scratch.reserve(options.width_px, image.height);
    passes.resample_rows(weights_for(image.width, options.width_px), image, target);
    return {target, options.width_px, image.height};
  }

  ImageView resample_columns(const ImageView& image, Scratch& scratch) {
    if (image.height == options.height_px) return image;
    std::uint8_t* target = scratch.reserve(image.width, options.height_px);
    passes.resample_columns(weights_for(image.height, options.height_px), image, target);
    return {target, image.width, options.height_px};
  }

  const Weights& weights_for(int in_px, int out_px) {
    if (in_px > kLongestPackedPx) return long_axis_weights = compute_weights(in_px, out_px, options.filter);
    return weights.find_or_make(in_px, out_px, [this](int in, int out) { return compute_weights(in, out, options.filter); });
  }
};

Resampler::Resampler(const ResampleOptions& options) : state_(std::make_unique<State>()) {
  if (options.width_px < 1 || options.height_px < 1) {
    throw Error(ErrorCode::kUsage, "the size to resample to is below one pixel", "give a width and a height of at least 1");
  }
  state_->options = options;
}

Resampler::~Resampler() = default;
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;

ImageView Resampler::resample(const ImageView& image) {
  State& state = *state_;
  if (image.width == state.options.width_px && image.height == state.options.height_px) return image;
  if (state.options.filter == Filter::kNearest) return state.pick_nearest(image);
  if (columns_go_first(image, state.options)) {
    return state.resample_rows(state.resample_columns(image, state.between_passes), state.result);
  }
  return state.resample_columns(state.resample_rows(image, state.between_passes), state.result);
}

Image resample(const ImageView& image, const ResampleOptions& options) {
  Resampler resampler(options);
  const ImageView view = resampler.resample(image);
  Image result(view.width, view.height);
  std::memcpy(result.data(), view.data, result.size_bytes());
  return result;
}

}  // namespace coulis
