// The fused engine in int8: the numbers of a quantised model as published, and the integers that XNNPACK makes of them.
#pragma once

#include <memory>
#include <string_view>

#include "core/network/network.hpp"

namespace coulis::fused::int8 {

// Packs the weights for the SIMD target in use. Throws Error(kUsage) for a
// model without int8 weights, or with weights that no kernel here supports.
std::shared_ptr<const NetworkFactory> make_factory(const Model& model);

}  // namespace coulis::fused::int8
