#include "core/moments/blas.hpp"

#include <cblas.h>

// OpenBLAS asks this function of its own for the number of threads while it is being loaded. The dynamic linker finds ours first, so no
// threads are made that would only spin, for some 20 ms each: docs/decisions/0001-one-threaded-blas.md
extern "C" [[gnu::visibility("default")]] int openblas_num_threads_env() {
  return 1;
}

namespace coulis {

std::unique_lock<std::mutex> enter_blas() {
  static std::mutex mutex;
  static const bool is_thread_safe = [] {
    openblas_set_num_threads(1);
    return openblas_get_parallel() != OPENBLAS_SEQUENTIAL;
  }();
  return is_thread_safe ? std::unique_lock<std::mutex>() : std::unique_lock<std::mutex>(mutex);
}

}  // namespace coulis
