#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/network/inverted_residual.hpp"
#include "core/network/network.hpp"
#include "python/bindings/registers.hpp"

namespace coulis::bindings {
namespace {

namespace nb = nanobind;

using Pixels = nb::ndarray<const std::uint8_t, nb::c_contig, nb::device::cpu>;  // [height, width, 3] or [n, height, width, 3]
using Features = nb::ndarray<nb::numpy, float, nb::c_contig>;                   // [width] or [n, width]

nb::dict to_dict(const ModelCard& card) {
  nb::dict dict;
  dict["name"] = card.name;
  dict["title"] = card.title;
  dict["architecture"] = card.architecture;
  dict["source"] = card.source;
  dict["licence"] = card.licence;
  dict["sha256"] = card.sha256;
  dict["input_width_px"] = card.preprocessing.resize.width_px;
  dict["input_height_px"] = card.preprocessing.resize.height_px;
  dict["filter"] = std::string(to_string(card.preprocessing.resize.filter));
  dict["input_scale"] = card.preprocessing.scale;
  dict["input_offset"] = card.preprocessing.offset;
  dict["feature_width"] = card.feature_width;
  dict["preprocessing"] = to_string(card.preprocessing);
  return dict;
}

using Weights = nb::ndarray<nb::numpy, float, nb::c_contig>;

Weights to_array(const std::vector<float>& values, std::initializer_list<std::size_t> shape) {
  auto* copy = new std::vector<float>(values);
  const nb::capsule owner(copy, [](void* p) noexcept { delete static_cast<std::vector<float>*>(p); });
  return {copy->data(), shape, owner};
}

void add_pointwise(nb::dict& dict, const std::string& name, const PointwiseWeights& layer) {
  const auto out = static_cast<std::size_t>(layer.out_channels);
  dict[nb::str((name + ".weight").c_str())] = to_array(layer.weight, {out, static_cast<std::size_t>(layer.in_channels)});
  dict[nb::str((name + ".bias").c_str())] = to_array(layer.bias, {out});
}

// The engine's float32 tensors by their names in the model file, in the order of the network.
nb::dict read_model_weights(const std::string& name) {
  const Model model = load_model(name);
  const auto* network = std::get_if<InvertedResidual>(&model.network);
  if (network == nullptr) throw Error(ErrorCode::kUsage, "the model's weights are inside an ONNX graph");
  const InvertedResidualWeights& layers = *network->weights;
  nb::dict dict;
  const auto stem_kernel = static_cast<std::size_t>(layers.stem.kernel);
  dict["stem.weight"] = to_array(layers.stem.weight, {layers.stem.bias.size(), stem_kernel, stem_kernel, 3});
  dict["stem.bias"] = to_array(layers.stem.bias, {layers.stem.bias.size()});
  for (std::size_t i = 0; i < layers.blocks.size(); ++i) {
    const BlockWeights& block = layers.blocks[i];
    const std::string prefix = "blocks." + std::to_string(i);
    if (block.maybe_expand) add_pointwise(dict, prefix + ".expand", *block.maybe_expand);
    const auto kernel = static_cast<std::size_t>(block.depthwise.kernel);
    const std::size_t channels = block.depthwise.bias.size();
    dict[nb::str((prefix + ".depthwise.weight").c_str())] = to_array(block.depthwise.weight, {kernel, kernel, channels});
    dict[nb::str((prefix + ".depthwise.bias").c_str())] = to_array(block.depthwise.bias, {channels});
    add_pointwise(dict, prefix + ".project", block.project);
  }
  if (layers.maybe_head) add_pointwise(dict, "head", *layers.maybe_head);
  return dict;
}

// A loaded and packed model, with one network for the calling thread. Not thread-safe.
class PythonNetwork {
 public:
  PythonNetwork(const std::string& model, const std::string& precision)
      : PythonNetwork(load_model(model), parse_enum<Precision>(precision)) {}

  nb::dict card() const { return to_dict(card_); }

  Features features(const Pixels& images) {
    const std::size_t axes = images.ndim();
    const auto height = static_cast<std::size_t>(card_.preprocessing.resize.height_px);
    const auto width = static_cast<std::size_t>(card_.preprocessing.resize.width_px);
    if ((axes != 3 && axes != 4) || images.shape(axes - 3) != height || images.shape(axes - 2) != width || images.shape(axes - 1) != 3) {
      throw nb::value_error("images must be uint8 [height, width, 3] or [n, height, width, 3], in the size of the model's card");
    }
    const std::size_t count = axes == 4 ? images.shape(0) : 1;
    const auto feature_width = static_cast<std::size_t>(card_.feature_width);
    auto rows = std::make_unique<float[]>(count * feature_width);
    {
      const nb::gil_scoped_release released;
      for (std::size_t i = 0; i < count; ++i) {
        const ImageView image{images.data() + i * height * width * 3, card_.preprocessing.resize.width_px,
                              card_.preprocessing.resize.height_px};
        network_->features(image, {rows.get() + i * feature_width, feature_width});
      }
    }
    float* data = rows.release();
    const nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<float*>(p); });
    if (axes == 3) return Features(data, {feature_width}, owner);
    return Features(data, {count, feature_width}, owner);
  }

 private:
  PythonNetwork(const Model& model, Precision precision) : card_(model.card), network_(make_network_factory(model, precision)->make()) {}

  ModelCard card_;
  std::unique_ptr<Network> network_;
};

}  // namespace

void register_network(nb::module_& m) {
  m.def(
      "read_card", [](const std::string& model) { return to_dict(load_model(model).card); }, nb::arg("model"),
      "The card of a model file, after the whole file was read and checked.");
  m.def("read_model_weights", &read_model_weights, nb::arg("model") = std::string(builtin_model_name()),
        "The engine's float32 tensors of a model, by name, in the order of the network.");
  nb::class_<PythonNetwork>(m, "Network", "A model ready to run, for the SIMD level in use when it is made. One per thread.")
      .def(nb::init<const std::string&, const std::string&>(), nb::arg("model") = std::string(builtin_model_name()),
           nb::arg("precision") = "fp32",
           "model: the built-in model's name, or the path of a .safetensors file. precision: fp32, bf16 or int8.")
      .def("features", &PythonNetwork::features, nb::arg("images"),
           "uint8 [height, width, 3] -> float32 [width of a row]; [n, height, width, 3] -> [n, width of a row]. On the calling thread.")
      .def_prop_ro("card", &PythonNetwork::card, "What the model is, where it comes from and how its input is prepared.");
}

}  // namespace coulis::bindings
