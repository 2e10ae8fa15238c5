// _core.PhotoFeaturizer: a loaded model for many calls with photos in memory. _core.Featurization: one call; one thread
// runs it, and another may stop it.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <atomic>
#include <iterator>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "job/features/feature_rows.hpp"
#include "job/features/photos_in_memory.hpp"
#include "job/options/options.hpp"
#include "job/threads/worker_count.hpp"
#include "python/bindings/keywords.hpp"
#include "python/bindings/registers.hpp"
#include "python/bindings/text.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

using Rows = nb::ndarray<nb::numpy, float, nb::ndim<2>, nb::c_contig>;
using Array = nb::ndarray<const std::uint8_t, nb::device::cpu>;  // [height, width] or [height, width, channels]

constexpr std::size_t kMaxSide = 1U << 30U;

struct Engine {
  RunOptions options;
  Model model;
  std::shared_ptr<const NetworkFactory> networks;
};

std::shared_ptr<const Engine> load_engine(RunOptions options) {
  Model model = load_model(options.network.model);
  auto networks = make_network_factory(model, options.network.precision);
  return std::make_shared<Engine>(Engine{std::move(options), std::move(model), std::move(networks)});
}

class Featurization {
 public:
  // `photos`: keeps alive the memory that the source points into.
  Featurization(std::shared_ptr<const Engine> engine, std::unique_ptr<PhotoSource> source, nb::object photos)
      : engine_(std::move(engine)), source_(std::move(source)), photos_(std::move(photos)) {}

  // float32 [photos, width] with NaN in the rows of bad photos; (photo, stage, code, message) of these.
  nb::tuple run() {
    const std::size_t count = source_->count();
    const auto width = static_cast<std::size_t>(engine_->model.card.feature_width);
    auto rows = std::make_unique<std::vector<float>>();
    std::vector<FailedPhoto> failed;
    {
      const nb::gil_scoped_release released;
      rows->resize(count * width);
      const auto workers = static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(worker_count(engine_->options.threads)), count));
      compute_feature_rows(*source_, engine_->model.card, *engine_->networks, engine_->options.decode, workers,
                           engine_->options.features.on_bad, interrupted_, [&](RowBlock block) {
                             std::copy(block.values.begin(), block.values.end(),
                                       rows->begin() + static_cast<std::ptrdiff_t>(block.first * width));
                             std::move(block.failures.begin(), block.failures.end(), std::back_inserter(failed));
                           });
    }
    nb::list failures;
    for (const auto& [photo, failure] : failed) {
      failures.append(
          nb::make_tuple(photo, std::string(to_string(failure.stage)), std::string(to_string(failure.code)), to_text(failure.message)));
    }
    std::vector<float>* held = rows.release();
    const nb::capsule owner(held, [](void* pointer) noexcept { delete static_cast<std::vector<float>*>(pointer); });
    return nb::make_tuple(Rows(held->data(), {count, width}, owner), failures);
  }

  void stop() { interrupted_ = true; }

 private:
  std::shared_ptr<const Engine> engine_;
  std::unique_ptr<PhotoSource> source_;
  nb::object photos_;
  std::atomic<bool> interrupted_ = false;
};

PixelArray view_of(const Array& array) {
  const std::size_t axes = array.ndim();
  const std::size_t channels = axes == 3 ? array.shape(2) : 1;
  if ((axes != 2 && axes != 3) || channels < 1 || channels > 4 || array.shape(0) > kMaxSide || array.shape(1) > kMaxSide) {
    throw nb::value_error("a photo is uint8 [height, width] or [height, width, channels], with 1 to 4 channels");
  }
  return {array.data(),    static_cast<int>(array.shape(0)), static_cast<int>(array.shape(1)), static_cast<int>(channels), array.stride(0),
          array.stride(1), axes == 3 ? array.stride(2) : 1};
}

// The kinds of photos of one call. Each gives a Featurization.
class PhotoFeaturizer {
 public:
  explicit PhotoFeaturizer(std::shared_ptr<const Engine> engine) : engine_(std::move(engine)) {}

  int width() const { return engine_->model.card.feature_width; }

  std::unique_ptr<Featurization> encoded(const nb::list& photos) const {
    std::vector<std::span<const std::byte>> files;
    for (const nb::handle photo : photos) {
      const auto bytes = nb::cast<nb::bytes>(photo);
      files.push_back(std::as_bytes(std::span(bytes.c_str(), bytes.size())));
    }
    return std::make_unique<Featurization>(engine_, std::make_unique<EncodedPhotos>(std::move(files)), nb::list(photos));
  }

  std::unique_ptr<Featurization> arrays(const nb::list& photos) const {
    std::vector<PixelArray> views;
    for (const nb::handle photo : photos) views.push_back(view_of(nb::cast<Array>(photo, false)));
    return std::make_unique<Featurization>(engine_, std::make_unique<PixelArrays>(std::move(views)), nb::list(photos));
  }

 private:
  std::shared_ptr<const Engine> engine_;
};

}  // namespace

void register_photos(nb::module_& m) {
  nb::class_<Featurization>(m, "Featurization", "One call.")
      .def("run", &Featurization::run, "(float32 [photos, width] with NaN for bad photos, [(photo, stage, code, message)]). Once.")
      .def("stop", &Featurization::stop, "From another thread: run() raises soon.");
  nb::class_<PhotoFeaturizer>(m, "PhotoFeaturizer", "A loaded model for many calls, also at the same time.")
      .def(
          "__init__",
          [](PhotoFeaturizer* self, const nb::dict& keywords) {
            // Accepts all options of a run, so that the accepted options do not depend on the kind of photos.
            auto options = read_options<RunOptions>(keywords);
            const nb::gil_scoped_release released;
            new (self) PhotoFeaturizer(load_engine(std::move(options)));
          },
          nb::arg("keywords"))
      .def_prop_ro("width", &PhotoFeaturizer::width)
      .def("encoded", &PhotoFeaturizer::encoded, nb::arg("photos"), "list of bytes.")
      .def("arrays", &PhotoFeaturizer::arrays, nb::arg("photos"), "list of uint8 [height, width] or [height, width, channels].");
}

}  // namespace coulis::bindings
