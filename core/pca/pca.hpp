// PCA from moments: fit and project.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/enum_names.hpp"
#include "core/base/field.hpp"
#include "core/base/matrix_view.hpp"
#include "core/moments/moments.hpp"

namespace coulis {

enum class PcaConvention {
  kCentred,  // scikit-learn: y = (x - mean) W^T
  kSpark,    // Spark MLlib: the same components, y = x W^T
};

template <>
struct EnumNames<PcaConvention> {
  static constexpr std::string_view kWhat = "PCA convention";
  static constexpr std::array<std::pair<PcaConvention, std::string_view>, 2> kAll = {
      {{PcaConvention::kCentred, "centred"}, {PcaConvention::kSpark, "spark"}}};
};

// How a fitted PCA projects rows. Its model file, OUTPUT's tables and the manifest keep these options under their names without "pca-".
struct Projection {
  PcaConvention convention = PcaConvention::kCentred;
  bool whiten = false;
};

template <OptionsOf<Projection> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("pca-convention", "centred: subtract the mean, as scikit-learn does; spark: do not, as Spark MLlib", Affects::kPca),
    o.convention);
  v(Field("pca-whiten", "Divide each component by its standard deviation, as scikit-learn's whiten=True does", Affects::kPca), o.whiten);
}

constexpr std::string_view name_in_model(const Field& field) {
  return std::string_view(field.name).substr(std::string_view("pca-").size());
}

std::map<std::string, std::string> texts_of(const Projection& projection);  // {"convention": "centred", ...}

struct PcaOptions {
  int k = 50;
  double variance = 0;  // if > 0, instead of k: the fewest components that explain this share of the variance
  Projection projection = {};
};

template <OptionsOf<PcaOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("k", "Number of components", Affects::kPca, {1, 1e6}, "components"), o.k);
  v(Field("variance", "Keep as many components as explain this share of the variance, such as 0.95; overrides -k", Affects::kPca, {0, 1}),
    o.variance);
  visit_fields(o.projection, v);
}

struct PcaModel {
  std::int64_t count = 0;          // rows seen by the fit
  std::vector<double> mean;        // [d]
  std::vector<double> components;  // [k, d], row-major, orthonormal; the largest |loading| of a row (the first of equals) is positive
  std::vector<double> explained_variance;        // [k], divided by count - 1; 0 for one row
  std::vector<double> explained_variance_ratio;  // [k]; 0 where the total variance is 0
  double total_variance = 0;
  Projection projection = {};

  std::size_t k() const { return explained_variance.size(); }
  std::size_t width() const { return mean.size(); }
};

// k is lowered to min(k, count, d). Where nothing varies the components are the first rows of the identity.
// Throws Error(kUsage) for options out of range, Error(kRunFailed) for count 0 or moments that are not finite.
PcaModel fit(const Moments& moments, const PcaOptions& options);

// rows: [n, d], projected: [n, k]; accumulated in float64. The same rows give the same bits; a row on its own may differ in the last ones
// from that row among others, as OpenBLAS chooses its kernel by the shape. Throws Error(kRunFailed) if a width differs from the model's.
void project(const PcaModel& model, MatrixView<const float> rows, MatrixView<double> projected);
void project(const PcaModel& model, MatrixView<const double> rows, MatrixView<double> projected);

}  // namespace coulis
