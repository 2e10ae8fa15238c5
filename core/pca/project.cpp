#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/base/error.hpp"
#include "core/moments/blas.hpp"
#include "core/pca/pca.hpp"

namespace coulis {
namespace {

constexpr std::size_t kScratchBytes = std::size_t{4} << 20;

template <class T>
void check_shapes(const PcaModel& model, MatrixView<const T> rows, MatrixView<double> projected) {
  if (rows.columns != model.width()) {
    throw Error(ErrorCode::kRunFailed, fmt::format("the rows have {} features, the PCA was fitted to {}", rows.columns, model.width()),
                "use the image model that the PCA was fitted with");
  }
  if (projected.rows != rows.rows || projected.columns != model.k()) {
    throw Error(ErrorCode::kRunFailed, fmt::format("the projection of {} rows is [{}, {}], not [{}, {}]", rows.rows, rows.rows, model.k(),
                                                   projected.rows, projected.columns));
  }
}

// out: [rows, k] = block [rows, d] * components^T
void multiply(MatrixView<const double> block, const PcaModel& model, double* out) {
  const auto n = static_cast<blasint>(block.rows);
  const auto d = static_cast<blasint>(block.columns);
  const auto k = static_cast<blasint>(model.k());
  const auto lock = enter_blas();
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, n, k, d, 1.0, block.data, d, model.components.data(), d, 0.0, out, k);
}

// [k]: what each component is divided by. As in scikit-learn, a component without variance is divided by the machine epsilon.
std::vector<double> scales_of(const PcaModel& model) {
  std::vector<double> scales;
  for (const double variance : model.explained_variance)
    scales.push_back(std::max(std::sqrt(variance), std::numeric_limits<double>::epsilon()));
  return scales;
}

void whiten(const PcaModel& model, MatrixView<double> projected) {
  const std::vector<double> scales = scales_of(model);
  for (std::size_t i = 0; i < projected.rows; ++i) {
    double* row = projected.row(i).data();
    for (std::size_t j = 0; j < scales.size(); ++j) row[j] /= scales[j];
  }
}

template <class T>
void project_blocks(const PcaModel& model, MatrixView<const T> rows, MatrixView<double> projected) {
  check_shapes(model, rows, projected);
  if (rows.rows == 0) return;
  const std::size_t d = model.width();
  const std::vector<double> origin = model.projection.convention == PcaConvention::kCentred ? model.mean : std::vector<double>(d, 0.0);
  const std::size_t block_rows = std::clamp<std::size_t>(kScratchBytes / (d * sizeof(double)), 1, rows.rows);
  std::vector<double> block(block_rows * d);  // [block_rows, d]
  for (std::size_t first = 0; first < rows.rows; first += block_rows) {
    const std::size_t count = std::min(block_rows, rows.rows - first);
    for (std::size_t i = 0; i < count; ++i) {
      const T* row = rows.row(first + i).data();
      for (std::size_t j = 0; j < d; ++j) block[i * d + j] = static_cast<double>(row[j]) - origin[j];
    }
    multiply({block.data(), count, d}, model, projected.row(first).data());
  }
  if (model.projection.whiten) whiten(model, projected);
}

}  // namespace

void project(const PcaModel& model, MatrixView<const float> rows, MatrixView<double> projected) {
  project_blocks(model, rows, projected);
}

void project(const PcaModel& model, MatrixView<const double> rows, MatrixView<double> projected) {
  project_blocks(model, rows, projected);
}

}  // namespace coulis
