#include "core/neighbours/neighbours.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <tuple>

#include "core/moments/blas.hpp"

namespace coulis {
namespace {

constexpr std::size_t kSpareCandidates = 8;  // float32 may put the last of the nearest behind others
constexpr std::size_t kBlockRows = 128;

struct Candidate {
  float score = std::numeric_limits<float>::infinity();  // squared distance, less the squared norm of the row that asks
  std::uint32_t row = 0;
};

// The best of all rows but `self`, in no particular order of equals. best: kept sorted.
void pick_candidates(std::span<const float> products, std::span<const float> squared_norms, std::size_t self, std::span<Candidate> best) {
  std::fill(best.begin(), best.end(), Candidate{});
  for (std::size_t j = 0; j < products.size(); ++j) {
    const float score = squared_norms[j] - 2 * products[j];
    if (score >= best.back().score || j == self) continue;
    std::size_t place = best.size() - 1;
    for (; place > 0 && best[place - 1].score > score; --place) best[place] = best[place - 1];
    best[place] = {score, static_cast<std::uint32_t>(j)};
  }
}

}  // namespace

double distance_between(MatrixView<const float> rows, std::size_t i, std::size_t j) {
  const auto a = rows.row(i);
  const auto b = rows.row(j);
  double sum = 0;
  for (std::size_t d = 0; d < a.size(); ++d) {
    const double difference = static_cast<double>(a[d]) - static_cast<double>(b[d]);
    sum += difference * difference;
  }
  return std::sqrt(sum);
}

NeighbourSearch::NeighbourSearch(MatrixView<const float> rows)
    : rows_(rows), centred_(rows.rows * rows.columns), squared_norms_(rows.rows) {
  std::vector<double> mean(rows.columns, 0.0);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    for (std::size_t d = 0; d < rows.columns; ++d) mean[d] += static_cast<double>(rows(i, d)) / static_cast<double>(rows.rows);
  }
  for (std::size_t i = 0; i < rows.rows; ++i) {
    double sum = 0;
    for (std::size_t d = 0; d < rows.columns; ++d) {
      const double value = static_cast<double>(rows(i, d)) - mean[d];
      centred_[i * rows.columns + d] = static_cast<float>(value);
      sum += value * value;
    }
    squared_norms_[i] = static_cast<float>(sum);
  }
}

std::vector<Neighbour> NeighbourSearch::find(std::size_t first, std::size_t last, std::size_t count) const {
  const std::size_t n = rows_.rows;
  const auto d = static_cast<blasint>(rows_.columns);
  std::vector<float> products(std::min(kBlockRows, last - first) * n);  // [block, n]
  std::vector<Candidate> best(std::min(count + kSpareCandidates, n - 1));
  std::vector<Neighbour> found;
  found.reserve((last - first) * count);
  for (std::size_t begin = first; begin < last; begin += kBlockRows) {
    const std::size_t block = std::min(kBlockRows, last - begin);
    {
      const auto lock = enter_blas();
      cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<blasint>(block), static_cast<blasint>(n), d, 1.0F,
                  centred_.data() + begin * rows_.columns, d, centred_.data(), d, 0.0F, products.data(), static_cast<blasint>(n));
    }
    for (std::size_t i = begin; i < begin + block; ++i) {
      pick_candidates({products.data() + (i - begin) * n, n}, squared_norms_, i, best);
      std::vector<std::tuple<double, std::uint32_t>> nearest;
      nearest.reserve(best.size());
      for (const Candidate& candidate : best) nearest.emplace_back(distance_between(rows_, i, candidate.row), candidate.row);
      std::sort(nearest.begin(), nearest.end());
      for (std::size_t rank = 0; rank < count; ++rank) {
        found.push_back({std::get<1>(nearest[rank]), static_cast<float>(std::get<0>(nearest[rank]))});
      }
    }
  }
  return found;
}

}  // namespace coulis
