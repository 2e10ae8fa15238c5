// resample: RGB pixels to another size, equal to Pillow's Image.resize to the byte.
#pragma once

#include <array>
#include <memory>

#include "core/base/enum_names.hpp"
#include "core/decode/image.hpp"

namespace coulis {

enum class Filter { kNearest, kBilinear, kBicubic, kLanczos };  // Pillow's filters of the same name

template <>
struct EnumNames<Filter> {
  static constexpr std::string_view kWhat = "filter";
  static constexpr std::array<std::pair<Filter, std::string_view>, 4> kAll = {
      {{Filter::kNearest, "nearest"}, {Filter::kBilinear, "bilinear"}, {Filter::kBicubic, "bicubic"}, {Filter::kLanczos, "lanczos"}}};
};

struct ResampleOptions {
  int width_px = 224;
  int height_px = 224;
  Filter filter = Filter::kBicubic;

  bool operator==(const ResampleOptions&) const = default;
};

// Keeps the weights of the last few input sizes and the scratch of the two passes. Not thread-safe: one per worker.
class Resampler {
 public:
  explicit Resampler(const ResampleOptions& options);
  ~Resampler();
  Resampler(Resampler&&) noexcept;
  Resampler& operator=(Resampler&&) noexcept;

  // image has at least one pixel; one that has the size already is handed back as it is.
  // Otherwise the result lives in the resampler until the next call.
  ImageView resample(const ImageView& image);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// One call, an own image.
Image resample(const ImageView& image, const ResampleOptions& options);

}  // namespace coulis
