#include "job/reduce/neighbours.hpp"

#include <algorithm>

#include "job/threads/workers.hpp"

namespace coulis {
namespace {

constexpr std::size_t kRowsOfATask = 256;

}  // namespace

NeighbourTable find_neighbours(MatrixView<const float> rows, std::size_t count, int threads) {
  if (rows.rows < 2) return {};
  NeighbourTable table;
  table.count = std::min(count, rows.rows - 1);
  table.nearest.resize(rows.rows * table.count);
  const NeighbourSearch search(rows);
  for_each_parallel(threads, (rows.rows + kRowsOfATask - 1) / kRowsOfATask, [&](std::size_t task) {
    const std::size_t first = task * kRowsOfATask;
    const auto found = search.find(first, std::min(first + kRowsOfATask, rows.rows), table.count);
    std::copy(found.begin(), found.end(), table.nearest.begin() + static_cast<std::ptrdiff_t>(first * table.count));
  });
  return table;
}

}  // namespace coulis
