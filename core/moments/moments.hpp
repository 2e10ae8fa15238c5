// Moments: count, mean and scatter of feature rows, in float64; added up part by part, merged along one fixed tree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "core/base/matrix_view.hpp"

namespace coulis {

struct Moments {
  std::int64_t count = 0;
  std::vector<double> mean;     // [d]; empty while count is 0
  std::vector<double> scatter;  // [d, d], row-major, both triangles: sum of (x - mean)(x - mean)^T
};

// rows: [n, d]. Two passes (mean, then centred scatter). One thread: equal rows give equal bits.
Moments moments_of(MatrixView<const float> rows);

// Chan, Golub, LeVeque 1979: n = n1 + n2, delta = m2 - m1, m = m1 + delta n2 / n, M = M1 + M2 + delta delta^T n1 n2 / n.
// Throws Error(kRunFailed) if the widths differ.
Moments merge(Moments left, const Moments& right);

// Merges the moments of numbered parts along the binary tree over part numbers: node (level, number >> level).
// The result does not depend on the order of add(), nor on which machine computed what. Holds about log2(parts) partials when
// parts come nearly in order. Not thread-safe.
class MomentsTree {
 public:
  void add(std::uint64_t part_number, Moments moments);  // each number once
  Moments root() const;                                  // parts missing from the numbering count as empty

 private:
  std::map<std::pair<int, std::uint64_t>, Moments> nodes_;  // complete subtrees that wait for their sibling
};

}  // namespace coulis
