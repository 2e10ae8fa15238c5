// _core.Featurizer: the bytes of photos -> feature rows, many in one call.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/features/options.hpp"
#include "core/features/photo_network.hpp"
#include "python/bindings/keywords.hpp"
#include "python/bindings/registers.hpp"
#include "python/bindings/text.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

using Rows = nb::ndarray<nb::numpy, float, nb::ndim<2>, nb::c_contig>;

struct Options {
  NetworkOptions network;
  DecodeOptions decode;
};

Options read_options(const nb::dict& keywords) {
  Options options;
  std::set<std::string> known;
  const ReadKeywords read{keywords, known};
  visit_fields(options.network, read);
  visit_fields(options.decode, read);
  refuse_unknown(keywords, known);
  return options;
}

// Not thread-safe: one for each thread. share() makes another with the same packed weights.
class Featurizer {
 public:
  Featurizer(ModelCard card, std::shared_ptr<const NetworkFactory> networks, const DecodeOptions& decode)
      : card_(std::move(card)), decode_(decode), networks_(std::move(networks)), network_(card_, *networks_, decode_) {}

  Featurizer share() const { return {card_, networks_, decode_}; }
  const std::string& model_sha256() const { return card_.sha256; }
  int width() const { return card_.feature_width; }

  // The rows of the photos that can be used, and for each photo None or (stage, code, message).
  nb::tuple features(const std::vector<nb::bytes>& photos) {
    const auto width = static_cast<std::size_t>(card_.feature_width);
    auto rows = std::make_unique<std::vector<float>>();  // [photos that can be used, width]
    std::vector<std::optional<Failure>> failures(photos.size());
    std::vector<std::span<const std::byte>> files;
    files.reserve(photos.size());
    for (const nb::bytes& photo : photos) files.push_back(std::as_bytes(std::span(photo.c_str(), photo.size())));
    {
      const nb::gil_scoped_release released;
      rows->reserve(files.size() * width);
      for (std::size_t i = 0; i < files.size(); ++i) {
        rows->resize(rows->size() + width);
        failures[i] = network_.features(files[i], {rows->data() + rows->size() - width, width});
        if (failures[i]) rows->resize(rows->size() - width);
      }
    }
    nb::list reasons;
    for (const auto& failure : failures) failure ? reasons.append(describe(*failure)) : reasons.append(nb::none());
    std::vector<float>* held = rows.release();
    const nb::capsule owner(held, [](void* pointer) noexcept { delete static_cast<std::vector<float>*>(pointer); });
    return nb::make_tuple(Rows(held->data(), {held->size() / width, width}, owner), reasons);
  }

 private:
  static nb::tuple describe(const Failure& failure) {
    return nb::make_tuple(std::string(to_string(failure.stage)), std::string(to_string(failure.code)), to_text(failure.message));
  }

  ModelCard card_;
  DecodeOptions decode_;
  std::shared_ptr<const NetworkFactory> networks_;
  PhotoNetwork network_;
};

}  // namespace

void register_featurizer(nb::module_& m) {
  nb::class_<Featurizer>(m, "Featurizer", "Photos to feature rows as `coulis run` computes them. One per thread.")
      .def(
          "__init__",
          [](Featurizer* self, const nb::kwargs& keywords) {
            const Options options = read_options(keywords);
            const Model model = load_model(options.network.model);
            new (self) Featurizer(model.card, make_network_factory(model, options.network.precision), options.decode);
          },
          "The options of a run that choose the network and how photos are decoded.")
      .def("share", &Featurizer::share, "A featurizer for another thread, which shares the weights in memory.")
      .def("features", &Featurizer::features, nb::arg("photos"),
           "list of bytes -> (float32 [photos that can be used, width], [None or (stage, code, message) for each photo]).")
      .def_prop_ro("model_sha256", &Featurizer::model_sha256)
      .def_prop_ro("width", &Featurizer::width);
}

}  // namespace coulis::bindings
