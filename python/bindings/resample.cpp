#include "core/resample/resample.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string_view.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "python/bindings/registers.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

using Pixels = nb::ndarray<const std::uint8_t, nb::shape<-1, -1, 3>, nb::c_contig, nb::device::cpu>;  // [height, width, 3]
using Array = nb::ndarray<nb::numpy, std::uint8_t>;

constexpr std::size_t kMaxSide = 1U << 30U;

ImageView view_pixels(const Pixels& pixels) {
  const std::size_t height = pixels.shape(0), width = pixels.shape(1);
  if (height == 0 || width == 0 || height > kMaxSide || width > kMaxSide) {
    throw Error(ErrorCode::kUsage, "the image has no pixels, or a side of more than 2^30");
  }
  return {pixels.data(), static_cast<int>(width), static_cast<int>(height)};
}

// One per thread, so that calls with the same options reuse the weights.
Resampler& resampler_for(const ResampleOptions& options) {
  struct Kept {
    ResampleOptions options;
    Resampler resampler;
  };
  thread_local std::optional<Kept> maybe_kept;
  if (!maybe_kept || maybe_kept->options != options) maybe_kept.emplace(Kept{options, Resampler(options)});
  return maybe_kept->resampler;
}

Image copy_pixels(const ImageView& view) {
  Image copy(view.width, view.height);
  std::memcpy(copy.data(), view.data, copy.size_bytes());
  return copy;
}

Array give_to_numpy(Image image) {
  auto* owned = new Image(std::move(image));
  const nb::capsule owner(owned, [](void* p) noexcept { delete static_cast<Image*>(p); });
  return Array(owned->data(), {static_cast<std::size_t>(owned->height()), static_cast<std::size_t>(owned->width()), 3}, owner);
}

Array resample_array(const Pixels& pixels, int width, int height, std::string_view filter) {
  const ResampleOptions options{width, height, parse_enum<Filter>(filter)};
  const ImageView view = view_pixels(pixels);
  Image result;
  {
    const nb::gil_scoped_release release;
    result = copy_pixels(resampler_for(options).resample(view));
  }
  return give_to_numpy(std::move(result));
}

}  // namespace

void register_resample(nb::module_& m) {
  m.def("resample", resample_array, nb::arg("image"), nb::arg("width"), nb::arg("height"), nb::arg("filter") = "bicubic",
        "Resize uint8 [h, w, 3]: gives the bytes of Pillow's Image.resize((width, height), filter).");
}

}  // namespace coulis::bindings
