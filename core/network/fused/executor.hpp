// Executor: runs one image through a packed inverted-residual network.
#pragma once

#include <memory>

#include "core/network/network.hpp"

namespace coulis::fused {

// Packs the weights for the SIMD target in use. Every layer of `model` must have its tensors.
std::shared_ptr<const NetworkFactory> make_fused_factory(const Model& model);

}  // namespace coulis::fused
