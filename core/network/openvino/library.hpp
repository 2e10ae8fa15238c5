// OpenVINO's C library, found and opened at run time: coulis builds and starts without it.
#pragma once

#include <cstddef>
#include <string>

namespace coulis::openvino {

struct Core;
struct Graph;
struct CompiledGraph;
struct Request;
struct Tensor;

// The functions of openvino/c/openvino.h (2022.1 and later) that are
// used here, without the prefix "ov_". All return 0 for success.
struct Library {
  int (*core_create)(Core** core);
  void (*core_free)(Core* core);
  int (*core_read_model_from_memory_buffer)(const Core* core, const char* text, std::size_t size, const Tensor* weights, Graph** graph);
  int (*core_compile_model)(const Core* core, const Graph* graph, const char* device, std::size_t property_words, CompiledGraph** compiled,
                            ...);
  void (*model_free)(Graph* graph);
  int (*compiled_model_get_property)(const CompiledGraph* compiled, const char* key, char** value);
  int (*compiled_model_create_infer_request)(const CompiledGraph* compiled, Request** request);
  void (*compiled_model_free)(CompiledGraph* compiled);
  int (*infer_request_get_input_tensor)(const Request* request, Tensor** tensor);
  int (*infer_request_get_output_tensor)(const Request* request, Tensor** tensor);
  int (*infer_request_infer)(Request* request);
  void (*infer_request_free)(Request* request);
  int (*tensor_get_byte_size)(const Tensor* tensor, std::size_t* size_bytes);
  int (*tensor_data)(const Tensor* tensor, void** data);
  void (*tensor_free)(Tensor* tensor);
  void (*free)(const char* text);
  const char* (*get_last_err_msg)();
};

// Looks in the folder that COULIS_OPENVINO names, in the PyPI package openvino of this program's environment, and where
// the system looks. Opened once per process. Throws Error(kUsage) if there is none.
const Library& find_library();

}  // namespace coulis::openvino
