// Eigenvalues and eigenvectors of a symmetric matrix, by LAPACK. The only place that knows LAPACK's calling convention.
#pragma once

#include <cstddef>
#include <vector>

namespace coulis {

struct Eigenpairs {
  std::vector<double> values;   // [k], largest first
  std::vector<double> vectors;  // [k, d], row-major, orthonormal; of either sign
};

// upper: [d, d], row-major, finite; only the upper triangle is read. Throws Error(kRunFailed) if LAPACK does not converge.
Eigenpairs top_eigenpairs(std::vector<double> upper, std::size_t d, std::size_t k);  // 1 <= k <= d
std::vector<double> eigenvalues(std::vector<double> upper, std::size_t d);           // [d], largest first

}  // namespace coulis
