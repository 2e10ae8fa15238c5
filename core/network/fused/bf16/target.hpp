// What the bfloat16 kernels are compiled for. Raw intrinsics: Highway 1.0.3 has no vdpbf16ps.
#pragma once

#if defined(__x86_64__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC 12 warns about its own _mm512_undefined_epi32
#pragma GCC diagnostic ignored "-Wuninitialized"
#include <immintrin.h>

#define COULIS_BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))
#define COULIS_BF16_INLINE COULIS_BF16 __attribute__((always_inline)) inline
#endif
