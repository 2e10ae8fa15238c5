#include "core/network/precision.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace coulis {

std::string_view to_string(Precision precision) {
  switch (precision) {
    case Precision::kBf16: return "bf16";
    case Precision::kInt8: return "int8";
    case Precision::kFp32: break;
  }
  return "fp32";
}

Precision parse_precision(std::string_view name) {
  for (const Precision precision : {Precision::kFp32, Precision::kBf16, Precision::kInt8}) {
    if (to_string(precision) == name) return precision;
  }
  throw Error(ErrorCode::kUsage, fmt::format("unknown precision '{}'", name), "use fp32, bf16 or int8");
}

}  // namespace coulis
