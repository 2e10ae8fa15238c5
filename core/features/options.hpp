// NetworkOptions: which network computes features, and in which precision.
#pragma once

#include <string>

#include "core/base/field.hpp"
#include "core/network/precision.hpp"

namespace coulis {

struct NetworkOptions {
  std::string model;  // empty: the built-in one
  Precision precision = Precision::kFp32;
};

template <OptionsOf<NetworkOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("model", "Model: a known name, or a .safetensors file", Affects::kFeatures), o.model);
  v(Field("precision", "Network precision: fp32, bf16 or int8 (faster, less accurate)", Affects::kFeatures), o.precision);
}

}  // namespace coulis
