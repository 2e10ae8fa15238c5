// The fused engine in float32.
#pragma once

#include <memory>

#include "core/network/network.hpp"

namespace coulis::fused::fp32 {

// Packs the weights for the SIMD target in use. Every layer of `model` must have its tensors.
std::shared_ptr<const NetworkFactory> make_factory(const Model& model);

}  // namespace coulis::fused::fp32
