// Kernels: the same integer arithmetic for three kinds of CPU.
#pragma once

#include <string_view>

#include "core/network/fused/int8/depthwise.hpp"
#include "core/network/fused/int8/pointwise.hpp"

namespace coulis::fused::int8 {

PointwiseKernel portable_pointwise();
DepthwiseKernel portable_depthwise();
#if defined(__x86_64__)
PointwiseKernel avx2_pointwise();
DepthwiseKernel avx2_depthwise();
PointwiseKernel vnni_pointwise();  // AVX-512 with VNNI and VBMI
DepthwiseKernel vnni_depthwise();
bool vnni_is_exact();  // compares the dot product instruction with plain arithmetic on extreme numbers; the CPU must have it
#endif

// Of this CPU's VNNI instructions.
enum class DotProduct { kMissing, kExact, kWrong };

struct Kernels {
  std::string_view name;  // for people; says so if a faster kind is not used because it computes wrong results
  PointwiseKernel pointwise;
  DepthwiseKernel depthwise = nullptr;
};

// simd: as simd_in_use().
Kernels choose_kernels(std::string_view simd, DotProduct dot_product);

// For the SIMD level in use on this CPU.
Kernels find_kernels();

}  // namespace coulis::fused::int8
