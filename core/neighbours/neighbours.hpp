// find_neighbours: for each row of a matrix, the nearest other rows by Euclidean distance. Every row is compared with every other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/base/matrix_view.hpp"

namespace coulis {

struct Neighbour {
  std::uint32_t row = 0;
  float distance = 0;
};

double distance_between(MatrixView<const float> rows, std::size_t i, std::size_t j);  // in float64

// work(index) for each index below `count`, in any order and on as many threads as the caller has.
using ForEach = std::function<void(std::size_t count, const std::function<void(std::size_t index)>& work)>;
void for_each_in_turn(std::size_t count, const std::function<void(std::size_t index)>& work);

// rows: [n, d], finite. Returns [n, count]: the `count` < n nearest of each row, nearest
// first, the lower row first among equals. The number of threads does not change the result.
// BLAS in float32 picks candidates, each pair of rows once; float64 orders them.
std::vector<Neighbour> find_neighbours(MatrixView<const float> rows, std::size_t count, const ForEach& for_each = for_each_in_turn);

}  // namespace coulis
