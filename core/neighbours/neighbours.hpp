// NeighbourSearch: for rows of a matrix, the nearest other rows by Euclidean distance. Every row is compared with every other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/matrix_view.hpp"

namespace coulis {

struct Neighbour {
  std::uint32_t row = 0;
  float distance = 0;
};

double distance_between(MatrixView<const float> rows, std::size_t i, std::size_t j);  // summed in float64

class NeighbourSearch {
 public:
  explicit NeighbourSearch(MatrixView<const float> rows);  // [n, d], finite; borrowed for the life of the search

  // The `count` nearest of each row from `first` to before `last`, nearest first, the lower row first of equals: [last - first, count].
  // count < n. BLAS in float32 picks candidates, float64 orders them. One thread; may be called from several.
  std::vector<Neighbour> find(std::size_t first, std::size_t last, std::size_t count) const;

 private:
  MatrixView<const float> rows_;
  std::vector<float> centred_;        // [n, d]: less round-off in the products
  std::vector<float> squared_norms_;  // [n], of the centred rows
};

}  // namespace coulis
