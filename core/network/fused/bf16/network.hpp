// The fused engine in bfloat16, for CPUs with AVX512_BF16.
#pragma once

#include <memory>

#include "core/network/network.hpp"

namespace coulis::fused::bf16 {

// Throws Error(kUsage) where the CPU, or the limit on SIMD, lacks the instructions. Every layer of `model` must have its tensors.
std::shared_ptr<const NetworkFactory> make_factory(const Model& model);

}  // namespace coulis::fused::bf16
