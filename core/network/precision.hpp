// Precision: the number format that a network computes in.
#pragma once

#include <string_view>

namespace coulis {

enum class Precision { kFp32, kBf16, kInt8 };

std::string_view to_string(Precision precision);   // "fp32", "bf16", "int8"
Precision parse_precision(std::string_view name);  // throws Error(kUsage)

}  // namespace coulis
