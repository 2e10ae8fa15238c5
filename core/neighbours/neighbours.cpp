#include "core/neighbours/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <tuple>
#include <utility>

#include "core/neighbours/candidates.hpp"

namespace coulis {
namespace {

constexpr std::size_t kSpareCandidates = 8;  // float32 may rank others before the last of the nearest

}  // namespace

double distance_between(MatrixView<const float> rows, std::size_t i, std::size_t j) {
  constexpr std::size_t kLanes = 8;  // independent sums: a single one would wait for each addition
  const auto a = rows.row(i);
  const auto b = rows.row(j);
  double sums[kLanes] = {};
  const auto add = [&](std::size_t d, std::size_t lane) {
    const double difference = static_cast<double>(a[d]) - static_cast<double>(b[d]);
    sums[lane] += difference * difference;
  };
  const std::size_t whole = a.size() / kLanes * kLanes;
  for (std::size_t d = 0; d < whole; d += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) add(d + lane, lane);
  }
  for (std::size_t d = whole; d < a.size(); ++d) add(d, d - whole);
  return std::sqrt(std::accumulate(sums, sums + kLanes, 0.0));
}

void for_each_in_turn(std::size_t count, const std::function<void(std::size_t index)>& work) {
  for (std::size_t index = 0; index < count; ++index) work(index);
}

std::vector<Neighbour> find_neighbours(MatrixView<const float> rows, std::size_t count, const ForEach& for_each) {
  Candidates candidates(rows, std::min(count + kSpareCandidates, rows.rows - 1), for_each);
  const std::vector<std::pair<std::size_t, std::size_t>> pairs = candidates.pairs_of_blocks();
  for_each(pairs.size(), [&](std::size_t i) { candidates.compare(pairs[i].first, pairs[i].second); });
  std::vector<Neighbour> found(rows.rows * count);
  for_each(candidates.blocks(), [&](std::size_t block) {
    std::vector<std::tuple<double, std::uint32_t>> nearest;
    for (std::size_t i = candidates.begin_of(block); i < candidates.begin_of(block + 1); ++i) {
      nearest.clear();
      for (const Candidate& candidate : candidates.of(i)) nearest.emplace_back(distance_between(rows, i, candidate.row), candidate.row);
      std::sort(nearest.begin(), nearest.end());
      for (std::size_t rank = 0; rank < count; ++rank) {
        found[i * count + rank] = {std::get<1>(nearest[rank]), static_cast<float>(std::get<0>(nearest[rank]))};
      }
    }
  });
  return found;
}

}  // namespace coulis
