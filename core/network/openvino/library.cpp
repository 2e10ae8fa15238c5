#include "core/network/openvino/library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "core/base/error.hpp"

namespace coulis::openvino {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFileName = "libopenvino_c.so";
constexpr const char* kRemedy = "pip install 'coulis[openvino]', or name the folder of libopenvino_c.so in COULIS_OPENVINO";

std::vector<fs::path> list_folder(const fs::path& folder) {
  std::error_code status;
  std::vector<fs::path> entries;
  for (fs::directory_iterator entry(folder, status), end; !status && entry != end; entry.increment(status)) entries.push_back(*entry);
  std::sort(entries.begin(), entries.end());
  return entries;
}

// The folder of the file that this code is in: site-packages/coulis/ for the extension, site-packages/coulis/bin/ for the command.
fs::path find_own_folder() {
  Dl_info info{};
  static const char here = 0;
  if (dladdr(&here, &info) == 0 || info.dli_fname == nullptr) return {};
  std::error_code status;
  const fs::path own = fs::canonical(info.dli_fname, status);
  return status ? fs::path() : own.parent_path();
}

std::vector<fs::path> list_folders() {
  if (const char* named = std::getenv("COULIS_OPENVINO")) return {named};  // NOLINT(concurrency-mt-unsafe): nothing sets it
  const fs::path own = find_own_folder();
  return {own.parent_path() / "openvino/libs", own.parent_path().parent_path() / "openvino/libs"};
}

// With the version in its name as PyPI ships it, or without.
void* open_in(const fs::path& folder) {
  for (const fs::path& file : list_folder(folder)) {
    if (!file.filename().string().starts_with(kFileName)) continue;
    if (void* handle = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL)) return handle;
  }
  return nullptr;
}

void* open_library() {
  for (const fs::path& folder : list_folders()) {
    if (void* handle = open_in(folder)) return handle;
  }
  if (void* handle = dlopen(kFileName, RTLD_NOW | RTLD_LOCAL)) return handle;
  throw Error(ErrorCode::kUsage, "this model is run by OpenVINO, which is not installed", kRemedy);
}

template <class Function>
void bind(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(handle, name));
  if (function == nullptr) throw Error(ErrorCode::kUsage, fmt::format("the OpenVINO found is too old: it has no {}", name), kRemedy);
}

Library load_library() {
  void* handle = open_library();  // stays open: its threads may outlive any owner
  Library library{};
  bind(handle, "ov_core_create", library.core_create);
  bind(handle, "ov_core_free", library.core_free);
  bind(handle, "ov_core_read_model_from_memory_buffer", library.core_read_model_from_memory_buffer);
  bind(handle, "ov_core_compile_model", library.core_compile_model);
  bind(handle, "ov_model_free", library.model_free);
  bind(handle, "ov_compiled_model_get_property", library.compiled_model_get_property);
  bind(handle, "ov_compiled_model_create_infer_request", library.compiled_model_create_infer_request);
  bind(handle, "ov_compiled_model_free", library.compiled_model_free);
  bind(handle, "ov_infer_request_get_input_tensor", library.infer_request_get_input_tensor);
  bind(handle, "ov_infer_request_get_output_tensor", library.infer_request_get_output_tensor);
  bind(handle, "ov_infer_request_infer", library.infer_request_infer);
  bind(handle, "ov_infer_request_free", library.infer_request_free);
  bind(handle, "ov_tensor_get_byte_size", library.tensor_get_byte_size);
  bind(handle, "ov_tensor_data", library.tensor_data);
  bind(handle, "ov_tensor_free", library.tensor_free);
  bind(handle, "ov_free", library.free);
  bind(handle, "ov_get_last_err_msg", library.get_last_err_msg);
  return library;
}

}  // namespace

const Library& find_library() {
  static const Library library = load_library();
  return library;
}

}  // namespace coulis::openvino
