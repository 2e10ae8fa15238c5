#include "core/moments/moments.hpp"

#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>

#include "core/base/error.hpp"
#include "core/moments/blas.hpp"

namespace coulis {
namespace {

constexpr std::size_t kScratchBytes = std::size_t{4} << 20;

// A float64 sum has 29 bits more than float32 values: so a part has no round-off.
template <class T>
std::vector<double> mean_of(MatrixView<const T> rows) {
  std::vector<double> mean(rows.columns, 0.0);
  for (std::size_t i = 0; i < rows.rows; ++i) {
    const T* row = rows.row(i).data();
    for (std::size_t j = 0; j < rows.columns; ++j) mean[j] += static_cast<double>(row[j]);
  }
  for (double& value : mean) value /= static_cast<double>(rows.rows);
  return mean;
}

// scatter += centred^T centred, upper triangle.
void add_scatter(MatrixView<const double> centred, std::vector<double>& scatter) {
  const auto d = static_cast<blasint>(centred.columns);
  const auto lock = enter_blas();
  cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, d, static_cast<blasint>(centred.rows), 1.0, centred.data, d, 1.0, scatter.data(), d);
}

template <class T>
Moments add_up(MatrixView<const T> rows) {
  if (rows.rows == 0 || rows.columns == 0) return {};
  const std::size_t d = rows.columns;
  Moments moments{static_cast<std::int64_t>(rows.rows), mean_of(rows), std::vector<double>(d * d, 0.0)};
  const std::size_t block_rows = std::clamp<std::size_t>(kScratchBytes / (d * sizeof(double)), 1, rows.rows);
  std::vector<double> centred(block_rows * d);  // [block_rows, d]
  for (std::size_t first = 0; first < rows.rows; first += block_rows) {
    const std::size_t count = std::min(block_rows, rows.rows - first);
    for (std::size_t i = 0; i < count; ++i) {
      const T* row = rows.row(first + i).data();
      for (std::size_t j = 0; j < d; ++j) centred[i * d + j] = static_cast<double>(row[j]) - moments.mean[j];
    }
    add_scatter({centred.data(), count, d}, moments.scatter);
  }
  return moments;
}

}  // namespace

Moments moments_of(MatrixView<const float> rows) {
  return add_up(rows);
}

Moments moments_of(MatrixView<const double> rows) {
  return add_up(rows);
}

Moments merge(Moments left, const Moments& right) {
  if (right.count == 0) return left;
  if (left.count == 0) return right;
  const std::size_t d = left.width();
  if (right.width() != d) {
    throw Error(ErrorCode::kRunFailed, fmt::format("rows of {} features and rows of {} cannot go into one PCA", d, right.width()),
                "use one model for all photos");
  }
  const auto left_count = static_cast<double>(left.count);
  const auto right_count = static_cast<double>(right.count);
  const double right_share = right_count / (left_count + right_count);
  std::vector<double> delta(d);
  for (std::size_t j = 0; j < d; ++j) delta[j] = right.mean[j] - left.mean[j];
  for (std::size_t i = 0; i < d; ++i) {
    const double scale = delta[i] * left_count * right_share;
    for (std::size_t j = i; j < d; ++j) left.scatter[i * d + j] += right.scatter[i * d + j] + scale * delta[j];
  }
  for (std::size_t j = 0; j < d; ++j) left.mean[j] += delta[j] * right_share;
  left.count += right.count;
  return left;
}

}  // namespace coulis
