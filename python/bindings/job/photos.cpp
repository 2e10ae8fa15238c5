// _job.PhotoFeaturizer: a model, ready for many calls. _job.Featurization: one call, which one thread runs and another may stop.
#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "job/collections/open_collection.hpp"
#include "job/features/feature_rows.hpp"
#include "job/threads/worker_count.hpp"
#include "python/bindings/job/keywords.hpp"
#include "python/bindings/job/registers.hpp"
#include "python/bindings/text.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

using Rows = nb::ndarray<nb::numpy, float, nb::ndim<2>, nb::c_contig>;
using Array = nb::ndarray<const std::uint8_t, nb::device::cpu>;  // [height, width] or [height, width, channels]

constexpr std::size_t kMaxSide = 1U << 30U;
constexpr std::uint64_t kGuessedBytes = 1 << 20;  // of an object whose size nobody has asked for; bounds how many are fetched ahead

struct Engine {
  RunOptions options;
  Model model;
  std::shared_ptr<const NetworkFactory> networks;
};

std::shared_ptr<const Engine> load_engine(RunOptions options) {
  validate(options);
  Model model = load_model(options.network.model);
  auto networks = make_network_factory(model, options.network.precision);
  return std::make_shared<Engine>(Engine{std::move(options), std::move(model), std::move(networks)});
}

class Featurization {
 public:
  // `photos`: what the source points into.
  using OpenSource = std::function<std::unique_ptr<PhotoSource>(Featurization&)>;
  Featurization(std::shared_ptr<const Engine> engine, OpenSource open, nb::object photos, std::optional<Location> maybe_place = {})
      : engine_(std::move(engine)), open_(std::move(open)), photos_(std::move(photos)), maybe_place_(std::move(maybe_place)) {}

  // float32 [photos, width] with NaN in the rows of bad photos; (photo, stage, code, message) of these; the paths that were listed.
  nb::tuple run() {
    auto rows = std::make_unique<FeatureRows>();
    {
      const nb::gil_scoped_release released;
      const std::unique_ptr<PhotoSource> source = open_(*this);
      *rows = compute_feature_rows(*source, engine_->model.card, *engine_->networks, engine_->options.decode, workers_for(source->count()),
                                   engine_->options.features.on_bad, interrupted_);
    }
    nb::list failures;
    for (const auto& [photo, failure] : rows->failures) {
      failures.append(
          nb::make_tuple(photo, std::string(to_string(failure.stage)), std::string(to_string(failure.code)), to_text(failure.message)));
    }
    nb::list paths;
    for (const std::string& path : paths_) paths.append(to_text(path));
    const auto width = static_cast<std::size_t>(engine_->model.card.feature_width);
    FeatureRows* held = rows.release();
    const nb::capsule owner(held, [](void* pointer) noexcept { delete static_cast<FeatureRows*>(pointer); });
    return nb::make_tuple(Rows(held->values.data(), {held->values.size() / width, width}, owner), failures, paths);
  }

  void stop() {
    interrupted_ = true;
    if (maybe_place_) maybe_place_->stop();
  }

  std::unique_ptr<PhotoSource> list_place() {
    const Location& place = *maybe_place_;
    const std::string name = printable(place.root());
    Listing listing = list_images(place, engine_->options.listing, nullptr, [&] {
      if (interrupted_) throw Error(ErrorCode::kInterrupted, "interrupted");
    });
    if (listing.images.empty()) {
      throw Error(ErrorCode::kNothingToRead, fmt::format("no image found in {} ({})", name, describe_in_a_line(listing.passed_over)),
                  "include=['*'] takes files of any name");
    }
    for (const ImageRef& image : listing.images) paths_.push_back(printable(place.path_of(image.key)));
    return locate(std::move(listing.images), ReadAhead::Sizes::kListed);
  }

  std::unique_ptr<PhotoSource> locate(std::vector<ImageRef> images, ReadAhead::Sizes sizes) {
    const int workers = workers_for(images.size());
    return std::make_unique<LocatedPhotos>(*maybe_place_, std::move(images), sizes, workers, interrupted_);
  }

 private:
  int workers_for(std::size_t photos) const {
    return static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(worker_count(engine_->options.threads)), photos));
  }

  std::shared_ptr<const Engine> engine_;
  OpenSource open_;
  nb::object photos_;
  std::optional<Location> maybe_place_;
  std::atomic<bool> interrupted_ = false;
  std::vector<std::string> paths_;
};

std::string text_of(const nb::bytes& bytes) {
  return {bytes.c_str(), bytes.size()};
}

PixelArray view_of(const Array& array) {
  const std::size_t axes = array.ndim();
  const std::size_t channels = axes == 3 ? array.shape(2) : 1;
  if ((axes != 2 && axes != 3) || channels < 1 || channels > 4 || array.shape(0) > kMaxSide || array.shape(1) > kMaxSide) {
    throw nb::value_error("a photo is uint8 [height, width] or [height, width, channels], with 1 to 4 channels");
  }
  return {array.data(),    static_cast<int>(array.shape(0)), static_cast<int>(array.shape(1)), static_cast<int>(channels), array.stride(0),
          array.stride(1), axes == 3 ? array.stride(2) : 1};
}

// How the photos of one call come: each gives a Featurization.
class PhotoFeaturizer {
 public:
  explicit PhotoFeaturizer(std::shared_ptr<const Engine> engine) : engine_(std::move(engine)) {}

  int width() const { return engine_->model.card.feature_width; }

  std::unique_ptr<Featurization> below(const nb::bytes& place) const {
    return begin([](Featurization& call) { return call.list_place(); }, nb::none(),
                 open_collection(text_of(place), engine_->options.storage, engine_->options.collections));
  }

  std::unique_ptr<Featurization> files(const nb::bytes& place, const std::vector<nb::bytes>& keys) const {
    std::vector<ImageRef> images;
    images.reserve(keys.size());
    for (const nb::bytes& key : keys) images.push_back({text_of(key), kGuessedBytes, 0});
    return begin([images](Featurization& call) { return call.locate(images, ReadAhead::Sizes::kGuessed); }, nb::none(),
                 open_collection(text_of(place), engine_->options.storage, engine_->options.collections));
  }

  std::unique_ptr<Featurization> encoded(const nb::list& photos) const {
    std::vector<std::span<const std::byte>> files;
    for (const nb::handle photo : photos) {
      const auto bytes = nb::cast<nb::bytes>(photo);
      files.push_back(std::as_bytes(std::span(bytes.c_str(), bytes.size())));
    }
    return begin([files](Featurization&) { return std::make_unique<EncodedPhotos>(files); }, nb::list(photos));
  }

  std::unique_ptr<Featurization> arrays(const nb::list& photos) const {
    std::vector<PixelArray> views;
    for (const nb::handle photo : photos) views.push_back(view_of(nb::cast<Array>(photo, false)));
    return begin([views](Featurization&) { return std::make_unique<PixelArrays>(views); }, nb::list(photos));
  }

 private:
  std::unique_ptr<Featurization> begin(Featurization::OpenSource open, nb::object photos, std::optional<Location> maybe_place = {}) const {
    return std::make_unique<Featurization>(engine_, std::move(open), std::move(photos), std::move(maybe_place));
  }

  std::shared_ptr<const Engine> engine_;
};

}  // namespace

void register_photos(nb::module_& m) {
  nb::class_<Featurization>(m, "Featurization", "One call.")
      .def("run", &Featurization::run,
           "(float32 [photos, width] with NaN for bad photos, [(photo, stage, code, message)], the paths that were listed). Once.")
      .def("stop", &Featurization::stop, "From another thread: run() raises soon.");
  nb::class_<PhotoFeaturizer>(m, "PhotoFeaturizer", "A model, ready for many calls, at once too.")
      .def(
          "__init__",
          [](PhotoFeaturizer* self, const nb::dict& keywords) {
            RunOptions options = read_keywords(keywords);
            const nb::gil_scoped_release released;
            new (self) PhotoFeaturizer(load_engine(std::move(options)));
          },
          nb::arg("keywords"))
      .def_prop_ro("width", &PhotoFeaturizer::width)
      .def("below", &PhotoFeaturizer::below, nb::arg("place"), "All photos below a folder or a bucket's prefix.")
      .def("files", &PhotoFeaturizer::files, nb::arg("place"), nb::arg("keys"), "Photos of a folder or a bucket, by name.")
      .def("encoded", &PhotoFeaturizer::encoded, nb::arg("photos"), "list of bytes.")
      .def("arrays", &PhotoFeaturizer::arrays, nb::arg("photos"), "list of uint8 [height, width] or [height, width, channels].");
}

}  // namespace coulis::bindings
