// Moments: count, mean and scatter of feature rows, in float64; added up part by part, merged along one fixed tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/matrix_view.hpp"

namespace coulis {

struct Moments {
  std::int64_t count = 0;
  std::vector<double> mean;     // [d]; empty while count is 0
  std::vector<double> scatter;  // [d, d], row-major, upper triangle, 0 below: sum of (x - mean)(x - mean)^T; empty while count is 0

  std::size_t width() const { return mean.size(); }
};

// rows: [n, d]. Two passes (mean, then centred scatter). One thread: equal rows give equal bits. May be called from several threads.
Moments moments_of(MatrixView<const float> rows);
Moments moments_of(MatrixView<const double> rows);  // features from elsewhere

// Chan, Golub, LeVeque 1979: n = n1 + n2, delta = m2 - m1, m = m1 + delta n2 / n, M = M1 + M2 + delta delta^T n1 n2 / n.
// Throws Error(kRunFailed) if the widths differ.
Moments merge(Moments left, const Moments& right);

}  // namespace coulis
