// PCA from moments: fit, project, and the model file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/matrix_view.hpp"
#include "core/moments/moments.hpp"

namespace coulis {

enum class PcaConvention {
  kCentred,  // scikit-learn: y = (x - mean) W^T
  kSpark,    // Spark MLlib: the same components, y = x W^T
};

std::string_view to_string(PcaConvention convention);        // "centred", "spark"
PcaConvention parse_pca_convention(std::string_view name);   // throws Error(kUsage)

struct PcaOptions {
  int k = 50;
  double variance = 0;  // if > 0: the smallest k whose components explain this share of the variance
  PcaConvention convention = PcaConvention::kCentred;
};

struct PcaModel {
  std::int64_t count = 0;                        // rows seen by the fit
  std::vector<double> mean;                      // [d]
  std::vector<double> components;                // [k, d], row-major, orthonormal; the largest |loading| of a row is positive
  std::vector<double> explained_variance;        // [k], divided by count - 1
  std::vector<double> explained_variance_ratio;  // [k]; 0 where the total variance is 0
  double total_variance = 0;
  PcaConvention convention = PcaConvention::kCentred;

  std::size_t k() const { return explained_variance.size(); }
  std::size_t width() const { return mean.size(); }
};

// k is lowered to min(k, count, d). Throws Error(kRunFailed) for count 0 or moments that are not finite.
PcaModel fit(const Moments& moments, const PcaOptions& options);

// rows: [n, d], projected: [n, k]; accumulated in float64.
void project(const PcaModel& model, MatrixView<const float> rows, MatrixView<double> projected);

// The file: safetensors with float64 tensors mean, components, explained_variance, explained_variance_ratio; convention, count,
// total variance and the given provenance (model sha256, tool version, ...) as metadata.
std::vector<std::byte> to_safetensors(const PcaModel& model, const std::vector<std::pair<std::string, std::string>>& provenance);
struct PcaFile {
  PcaModel model;
  std::vector<std::pair<std::string, std::string>> provenance;
};
PcaFile parse_pca_file(std::span<const std::byte> bytes, const std::string& origin);  // throws Error(kRunFailed)

}  // namespace coulis
