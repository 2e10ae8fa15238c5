// Precision: the number format that a network computes in.
#pragma once

#include <array>

#include "core/base/enum_names.hpp"

namespace coulis {

enum class Precision { kFp32, kBf16, kInt8 };

template <>
struct EnumNames<Precision> {
  static constexpr std::string_view kWhat = "precision";
  static constexpr std::array<std::pair<Precision, std::string_view>, 3> kAll = {
      {{Precision::kFp32, "fp32"}, {Precision::kBf16, "bf16"}, {Precision::kInt8, "int8"}}};
};

}  // namespace coulis
