#include "core/network/network.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"
#include "core/network/fused/fp32/network.hpp"
#include "core/network/fused/int8/kernels.hpp"
#include "core/network/fused/int8/network.hpp"

namespace coulis {

std::shared_ptr<const NetworkFactory> make_network_factory(const Model& model, Precision precision) {
  if (model.card.architecture != "inverted_residual") {
    throw Error(ErrorCode::kRunFailed, fmt::format("no engine here runs the architecture '{}'", model.card.architecture));
  }
  switch (precision) {
    case Precision::kInt8: return fused::int8::make_factory(model);
    case Precision::kBf16: throw Error(ErrorCode::kUsage, fmt::format("--precision {} is not in this version", to_string(precision)));
    case Precision::kFp32: break;
  }
  return fused::fp32::make_factory(model);
}

std::string_view int8_kernels_in_use() {
  return fused::int8::find_kernels().name;
}

}  // namespace coulis
