// The nearest neighbours of all rows, on several threads.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/neighbours/neighbours.hpp"

namespace coulis {

// The `count` nearest of each photo, nearest first.
struct NeighbourTable {
  std::vector<Neighbour> nearest;  // [photos, count]
  std::size_t count = 0;

  std::span<const Neighbour> of(std::size_t photo) const { return {nearest.data() + photo * count, count}; }
};

// The `count` nearest rows of each row, or fewer if there are not so many.
NeighbourTable find_neighbours(MatrixView<const float> rows, std::size_t count, int threads);

}  // namespace coulis
