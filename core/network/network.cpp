#include "core/network/network.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/network/fused/bf16/network.hpp"
#include "core/network/fused/fp32/network.hpp"
#include "core/network/openvino/onnx_network.hpp"

namespace coulis {

std::shared_ptr<const NetworkFactory> make_network_factory(const Model& model, Precision precision) {
  switch (precision) {
    case Precision::kBf16: return fused::bf16::make_factory(model);
    case Precision::kInt8: throw Error(ErrorCode::kUsage, fmt::format("--precision {} is not in this version", to_string(precision)));
    case Precision::kFp32: break;
  }
  return model.onnx ? openvino::make_onnx_factory(model) : fused::fp32::make_factory(model);
}

}  // namespace coulis
