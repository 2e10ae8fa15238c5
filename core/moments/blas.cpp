#include "core/moments/blas.hpp"

#include <cblas.h>

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
