// The way into OpenBLAS: one thread inside a call, and one call at a time where the library is not thread-safe.
#pragma once

#include <mutex>

namespace coulis {

// Hold the result during each call of BLAS or LAPACK, and no longer. Why: docs/decisions/0001-one-threaded-blas.md
[[nodiscard]] std::unique_lock<std::mutex> enter_blas();

}  // namespace coulis
