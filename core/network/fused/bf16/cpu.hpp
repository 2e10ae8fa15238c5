// Whether the kernels of this folder can run here.
#pragma once

namespace coulis::fused::bf16 {

// AVX512_BF16, unless the limit on SIMD is below AVX-512. False on other CPUs than x86-64.
bool has_bf16_instructions();

}  // namespace coulis::fused::bf16
