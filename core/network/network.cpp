#include "core/network/network.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/network/fused/bf16/network.hpp"
#include "core/network/fused/fp32/network.hpp"
#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/int8/network.hpp"
#include "core/network/openvino/onnx_network.hpp"

namespace coulis {

std::shared_ptr<const NetworkFactory> make_network_factory(const Model& model, Precision precision) {
  if (std::holds_alternative<OnnxGraph>(model.network)) {
    if (precision == Precision::kFp32) return openvino::make_onnx_factory(model);
    throw Error(ErrorCode::kUsage, fmt::format("this model runs in fp32 only, not in {}", to_string(precision)), "remove --precision");
  }
  switch (precision) {
    case Precision::kBf16: return fused::bf16::make_factory(model);
    case Precision::kInt8: return fused::int8::make_factory(model);
    case Precision::kFp32: break;
  }
  return fused::fp32::make_factory(model);
}

std::string_view int8_kernels_in_use() {
  return fused::int8::find_kernels().name;
}

}  // namespace coulis
