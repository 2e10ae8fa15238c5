#include "core/neighbours/candidates.hpp"

#include <cblas.h>

#include <algorithm>

#include "core/moments/blas.hpp"

namespace coulis {
namespace {

constexpr std::size_t kBlockRows = 256;  // 256 KB of products; BLAS packs 1.3 MB of rows for them
constexpr std::size_t kGroup = 16;       // rows that are skipped together: most are far from each other

// Of a whole group. Without a branch and of one length, so that compilers vectorize it.
bool any_within(const float* products, const float* squared_norms, const float* limits, float squared_norm, float limit) {
  int within = 0;
  for (std::size_t j = 0; j < kGroup; ++j) {
    within |= static_cast<int>(squared_norms[j] - 2 * products[j] <= limit) | static_cast<int>(squared_norm - 2 * products[j] <= limits[j]);
  }
  return within != 0;
}

}  // namespace

Candidates::Candidates(MatrixView<const float> rows, std::size_t count, const ForEach& for_each)
    : rows_(rows.rows),
      columns_(rows.columns),
      count_(count),
      centred_(std::make_unique_for_overwrite<float[]>(rows.rows * rows.columns)),
      squared_norms_(rows.rows),
      best_(rows.rows * count),
      limits_(rows.rows, std::numeric_limits<float>::infinity()),
      mutexes_(blocks()) {
  std::vector<double> sums(blocks() * columns_, 0.0);
  for_each(blocks(), [&](std::size_t block) {
    double* const sum = sums.data() + block * columns_;
    for (std::size_t i = begin_of(block); i < begin_of(block + 1); ++i) {
      for (std::size_t d = 0; d < columns_; ++d) sum[d] += static_cast<double>(rows(i, d));
    }
  });
  std::vector<double> mean(columns_, 0.0);
  for (std::size_t i = 0; i < sums.size(); ++i) mean[i % columns_] += sums[i];
  for (double& value : mean) value /= static_cast<double>(rows_);
  for_each(blocks(), [&](std::size_t block) {
    for (std::size_t i = begin_of(block); i < begin_of(block + 1); ++i) {
      double sum = 0;
      for (std::size_t d = 0; d < columns_; ++d) {
        const double value = static_cast<double>(rows(i, d)) - mean[d];
        centred_[i * columns_ + d] = static_cast<float>(value);
        sum += value * value;
      }
      squared_norms_[i] = static_cast<float>(sum);
    }
  });
}

std::size_t Candidates::blocks() const {
  return (rows_ + kBlockRows - 1) / kBlockRows;
}

std::size_t Candidates::begin_of(std::size_t block) const {
  return std::min(block * kBlockRows, rows_);
}

std::vector<std::pair<std::size_t, std::size_t>> Candidates::pairs_of_blocks() const {
  const std::size_t n = blocks();
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t sum = 0; sum < n; ++sum) {
    for (std::size_t a = 0; a < n; ++a) {
      const std::size_t b = (sum + n - a) % n;
      if (a <= b) pairs.emplace_back(a, b);
    }
  }
  return pairs;
}

void Candidates::compare(std::size_t a, std::size_t b) {
  const std::size_t first = begin_of(b);
  const std::size_t width = begin_of(b + 1) - first;
  const std::size_t height = begin_of(a + 1) - begin_of(a);
  std::vector<float> products(height * width);
  {
    const auto lock = enter_blas();
    const auto d = static_cast<blasint>(columns_);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<blasint>(height), static_cast<blasint>(width), d, 1.0F,
                centred_.get() + begin_of(a) * columns_, d, centred_.get() + first * columns_, d, 0.0F, products.data(),
                static_cast<blasint>(width));
  }
  std::unique_lock of_a(mutexes_[a], std::defer_lock);
  std::unique_lock of_b(mutexes_[b], std::defer_lock);
  if (a == b) {
    of_a.lock();
  } else {
    std::lock(of_a, of_b);
  }
  for (std::size_t i = 0; i < height; ++i) {
    const std::size_t begin = a == b ? i + 1 : 0;  // each pair of rows once
    pick(begin_of(a) + i, {products.data() + i * width + begin, width - begin}, first + begin);
  }
}

// products: of the row with the rows from `first` on.
void Candidates::pick(std::size_t row, std::span<const float> products, std::size_t first) {
  for (std::size_t done = 0; done < products.size(); done += kGroup) {
    const auto group = products.subspan(done, std::min(kGroup, products.size() - done));
    const std::size_t at = first + done;
    const bool is_whole = group.size() == kGroup;
    if (is_whole && !any_within(group.data(), squared_norms_.data() + at, limits_.data() + at, squared_norms_[row], limits_[row])) continue;
    for (std::size_t j = 0; j < group.size(); ++j) {
      const Candidate other{squared_norms_[at + j] - 2 * group[j], static_cast<std::uint32_t>(at + j)};
      const Candidate self{squared_norms_[row] - 2 * group[j], static_cast<std::uint32_t>(row)};
      if (other.score <= limits_[row]) offer(row, other);
      if (self.score <= limits_[at + j]) offer(at + j, self);
    }
  }
}

void Candidates::offer(std::size_t to, const Candidate& offered) {
  Candidate* const best = best_.data() + to * count_;
  if (!(offered < best[count_ - 1])) return;
  std::size_t place = count_ - 1;
  for (; place > 0 && offered < best[place - 1]; --place) best[place] = best[place - 1];
  best[place] = offered;
  limits_[to] = best[count_ - 1].score;
}

}  // namespace coulis
