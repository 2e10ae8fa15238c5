#include "core/network/openvino/onnx_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "core/base/error.hpp"
#include "core/network/openvino/library.hpp"

namespace coulis::openvino {
namespace {

constexpr const char* kPrecisionKey = "INFERENCE_PRECISION_HINT";
constexpr std::size_t kRgb = 3;

void check(int status, std::string_view what) {
  if (status == 0) return;
  const char* reason = find_library().get_last_err_msg();
  throw Error(ErrorCode::kRunFailed, fmt::format("OpenVINO cannot {}: {}", what, reason == nullptr ? "no reason given" : reason));
}

// A thing of the library with the function that frees it.
template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

Owned<Core> create_core() {
  Core* core = nullptr;
  check(find_library().core_create(&core), "start");
  return {core, find_library().core_free};
}

Owned<Graph> read_graph(const Core& core, std::span<const std::byte> onnx) {
  Graph* graph = nullptr;
  const auto* text = reinterpret_cast<const char*>(onnx.data());
  check(find_library().core_read_model_from_memory_buffer(&core, text, onnx.size(), nullptr, &graph), "read the model's ONNX graph");
  return {graph, find_library().model_free};
}

// One stream of one thread, wherever the scheduler puts it: our workers are the parallelism. float32 also where the CPU has faster formats.
Owned<CompiledGraph> compile_graph(const Core& core, const Graph& graph) {
  const Library& library = find_library();
  CompiledGraph* compiled = nullptr;
  constexpr std::array<const char*, 8> kWords = {kPrecisionKey,           "f32", "NUM_STREAMS",        "1",
                                                 "INFERENCE_NUM_THREADS", "1",   "ENABLE_CPU_PINNING", "NO"};
  check(library.core_compile_model(&core, &graph, "CPU", kWords.size(), &compiled, kWords[0], kWords[1], kWords[2], kWords[3], kWords[4],
                                   kWords[5], kWords[6], kWords[7]),
        "compile the model");
  Owned<CompiledGraph> owned(compiled, library.compiled_model_free);
  char* precision = nullptr;
  check(library.compiled_model_get_property(compiled, kPrecisionKey, &precision), "tell its precision");
  const std::string in_use = precision;
  library.free(precision);
  if (in_use != "f32") throw Error(ErrorCode::kRunFailed, fmt::format("OpenVINO computes in {} although float32 was asked for", in_use));
  return owned;
}

// The memory of a tensor of `count` floats.
float* floats_of(const Owned<Tensor>& tensor, std::size_t count, std::string_view what) {
  std::size_t size_bytes = 0;
  void* data = nullptr;
  check(find_library().tensor_get_byte_size(tensor.get(), &size_bytes), "tell the size of a tensor");
  if (size_bytes != count * sizeof(float)) {
    throw Error(ErrorCode::kRunFailed,
                fmt::format("the {} of the ONNX graph is {} bytes, and the card says {} floats", what, size_bytes, count));
  }
  check(find_library().tensor_data(tensor.get(), &data), "give the memory of a tensor");
  return static_cast<float*>(data);
}

class OnnxNetwork : public Network {
 public:
  OnnxNetwork(ModelCard card, Owned<CompiledGraph> compiled) : card_(std::move(card)), compiled_(std::move(compiled)) {
    const Library& library = find_library();
    Request* request = nullptr;
    check(library.compiled_model_create_infer_request(compiled_.get(), &request), "make a request");
    request_.reset(request);
    Tensor* tensor = nullptr;
    check(library.infer_request_get_input_tensor(request, &tensor), "give the model's input");
    input_.reset(tensor);
    check(library.infer_request_get_output_tensor(request, &tensor), "give the model's output");
    output_.reset(tensor);
    floats_of(input_, kRgb * pixels(), "input");
    floats_of(output_, static_cast<std::size_t>(card_.feature_width), "output");
  }

  void features(const ImageView& image, std::span<float> row) override {
    const auto width = static_cast<std::size_t>(card_.feature_width);
    if (image.width != card_.preprocessing.resize.width_px || image.height != card_.preprocessing.resize.height_px || row.size() != width) {
      throw Error(ErrorCode::kUsage, "the image or the feature row does not have the size that the model's card says");
    }
    fill_input(image, floats_of(input_, kRgb * pixels(), "input"));
    check(find_library().infer_request_infer(request_.get()), "run the model");
    std::copy_n(floats_of(output_, width, "output"), width, row.begin());
  }

 private:
  std::size_t pixels() const {
    return static_cast<std::size_t>(card_.preprocessing.resize.width_px) * static_cast<std::size_t>(card_.preprocessing.resize.height_px);
  }

  // [height, width, 3] -> [3, height, width], scaled.
  void fill_input(const ImageView& image, float* planes) const {
    for (std::size_t channel = 0; channel < kRgb; ++channel) {
      const auto scale = static_cast<float>(card_.preprocessing.scale[channel]);
      const auto offset = static_cast<float>(card_.preprocessing.offset[channel]);
      for (int y = 0; y < image.height; ++y) {
        const std::uint8_t* pixel = image.row(y) + channel;
        for (int x = 0; x < image.width; ++x, pixel += kRgb) *planes++ = static_cast<float>(*pixel) * scale + offset;
      }
    }
  }

  ModelCard card_;
  Owned<CompiledGraph> compiled_;
  Owned<Request> request_{nullptr, find_library().infer_request_free};
  Owned<Tensor> input_{nullptr, find_library().tensor_free};
  Owned<Tensor> output_{nullptr, find_library().tensor_free};
};

class OnnxFactory : public NetworkFactory {
 public:
  explicit OnnxFactory(const Model& model)
      : card_(model.card), onnx_(std::get<OnnxGraph>(model.network).file), core_(create_core()), graph_(read_graph(*core_, *onnx_)) {}

  std::unique_ptr<Network> make() const override { return std::make_unique<OnnxNetwork>(card_, compile_graph(*core_, *graph_)); }

 private:
  ModelCard card_;
  std::shared_ptr<const std::vector<std::byte>> onnx_;  // the graph may refer to it
  Owned<Core> core_;
  Owned<Graph> graph_;
};

}  // namespace

std::shared_ptr<const NetworkFactory> make_onnx_factory(const Model& model) {
  return std::make_shared<const OnnxFactory>(model);
}

}  // namespace coulis::openvino
