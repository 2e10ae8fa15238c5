#include "core/resample/passes.hpp"
namespace coulis {
Passes simd_passes() {
  return scalar_passes();
}
}  // namespace coulis
