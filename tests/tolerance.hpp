// How far a correct computation may be from the true value: from sizes and precision, not from what one CPU gave.
#pragma once

#include <cstddef>
#include <limits>

namespace coulis {

// A sum of `terms` products is within terms * u * sum|x| of the true one, in any order, fused or not; u is half of epsilon
// (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1). Real: what it is computed in.
template <class Real>
double sum_bound(std::size_t terms, double absolute_sum) {
  return static_cast<double>(terms) * (std::numeric_limits<Real>::epsilon() / 2) * absolute_sum;
}

// LAPACK's own tests pass an eigensolver whose backward error, and loss of orthogonality, are below 30 n epsilon times the norm.
inline double eigen_bound(std::size_t n, double norm) {
  return 30 * static_cast<double>(n) * std::numeric_limits<double>::epsilon() * norm;
}

}  // namespace coulis
