#include "job/reduce/neighbours.hpp"

#include <algorithm>

#include "job/threads/workers.hpp"

namespace coulis {

NeighbourTable find_neighbours(MatrixView<const float> rows, std::size_t count, int threads) {
  if (rows.rows < 2) return {};
  NeighbourTable table;
  table.count = std::min(count, rows.rows - 1);
  const ForEach for_each = [threads](std::size_t tasks, const auto& work) { for_each_parallel(threads, tasks, work); };
  table.nearest = find_neighbours(rows, table.count, for_each);
  return table;
}

}  // namespace coulis
