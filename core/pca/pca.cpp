#include "core/pca/pca.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/field_text.hpp"
#include "core/pca/lapack.hpp"

namespace coulis {
namespace {

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

void check(const Moments& moments) {
  if (moments.count == 0 || moments.width() == 0) {
    throw Error(ErrorCode::kRunFailed, "there is no feature row to fit a PCA to", "see the errors table: no photo could be used");
  }
  if (!all_finite(moments.mean) || !all_finite(moments.scatter)) {
    throw Error(ErrorCode::kRunFailed, "the features hold values that are not finite", "check the model file");
  }
}

// [d, d], upper triangle. One row has no variance: 0, not 0/0.
std::vector<double> covariance_of(const Moments& moments) {
  const auto divisor = static_cast<double>(std::max<std::int64_t>(moments.count - 1, 1));
  std::vector<double> covariance = moments.scatter;
  for (double& value : covariance) value /= divisor;
  return covariance;
}

double trace_of(const std::vector<double>& matrix, std::size_t d) {
  double trace = 0;
  for (std::size_t i = 0; i < d; ++i) trace += matrix[i * d + i];
  return trace;
}

// The fewest of the first max_k values (largest first) that reach the share of the total.
std::size_t count_for_share(const std::vector<double>& values, double share, double total, std::size_t max_k) {
  double sum = 0;
  for (std::size_t k = 1; k < max_k; ++k) {
    sum += std::max(values[k - 1], 0.0);
    if (sum >= share * total) return k;
  }
  return max_k;
}

void fix_sign(std::span<double> component) {
  const auto largest = std::max_element(component.begin(), component.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
  if (*largest >= 0) return;
  for (double& loading : component) loading = -loading;
}

Eigenpairs identity_pairs(std::size_t d, std::size_t k) {
  Eigenpairs pairs{std::vector<double>(k, 0.0), std::vector<double>(k * d, 0.0)};
  for (std::size_t i = 0; i < k; ++i) pairs.vectors[i * d + i] = 1;
  return pairs;
}

}  // namespace

std::map<std::string, std::string> texts_of(const Projection& projection) {
  std::map<std::string, std::string> texts;
  visit_fields(projection, [&](const Field& field, const auto& value) { texts.emplace(name_in_model(field), to_text(value)); });
  return texts;
}

PcaModel fit(const Moments& moments, const PcaOptions& options) {
  visit_fields(options, CheckRange());
  check(moments);
  const std::size_t d = moments.width();
  std::vector<double> covariance = covariance_of(moments);
  const double total = trace_of(covariance, d);

  const std::size_t max_k = std::min(static_cast<std::size_t>(moments.count), d);
  std::size_t k = std::min(static_cast<std::size_t>(options.k), max_k);
  if (options.variance > 0) k = total > 0 ? count_for_share(eigenvalues(covariance, d), options.variance, total, max_k) : 1;

  Eigenpairs pairs = total > 0 ? top_eigenpairs(std::move(covariance), d, k) : identity_pairs(d, k);
  PcaModel model{moments.count, moments.mean,      std::move(pairs.vectors), std::move(pairs.values), std::vector<double>(k, 0.0),
                 total,         options.projection};
  for (std::size_t i = 0; i < k; ++i) {
    fix_sign({model.components.data() + i * d, d});
    model.explained_variance[i] = std::max(model.explained_variance[i], 0.0);  // round-off of a semi-definite matrix
    if (total > 0) model.explained_variance_ratio[i] = model.explained_variance[i] / total;
  }
  return model;
}

}  // namespace coulis
