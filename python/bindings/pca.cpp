#include "core/pca/pca.hpp"

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/moments/moments_tree.hpp"
#include "core/pca/model_file.hpp"
#include "python/bindings/keywords.hpp"
#include "python/bindings/registers.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

template <class T>
using Rows = nb::ndarray<const T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;  // [n, d]
using Vector = nb::ndarray<nb::numpy, const double, nb::ndim<1>>;
using Matrix = nb::ndarray<nb::numpy, const double, nb::ndim<2>>;

template <class T>
MatrixView<const T> view_of(const Rows<T>& rows) {
  return {rows.data(), rows.shape(0), rows.shape(1)};
}

// Part by part through the tree, as in a run.
template <class T>
PcaModel fit_pca(const Rows<T>& rows, std::int64_t rows_per_part, const nb::kwargs& keywords) {
  if (rows_per_part < 1) throw Error(ErrorCode::kUsage, fmt::format("rows_per_part is {}", rows_per_part), "give 1 or more");
  const auto options = read_options<PcaOptions>(keywords);
  const auto all = view_of(rows);
  const auto part_rows = static_cast<std::size_t>(rows_per_part);
  const nb::gil_scoped_release release;
  std::vector<std::uint64_t> numbers((all.rows + part_rows - 1) / part_rows);
  std::iota(numbers.begin(), numbers.end(), 0);
  MomentsTree tree(std::move(numbers));
  for (std::size_t first = 0; first < all.rows; first += part_rows) {
    tree.add(first / part_rows, moments_of(MatrixView<const T>{all.row(first).data(), std::min(part_rows, all.rows - first), all.columns}));
  }
  return fit(std::move(tree).root(), options);
}

template <class T>
Matrix project_rows(const PcaModel& model, const Rows<T>& rows) {
  const auto all = view_of(rows);
  auto values = std::make_unique<double[]>(all.rows * model.k());
  {
    const nb::gil_scoped_release release;
    project(model, all, {values.get(), all.rows, model.k()});
  }
  double* data = values.release();
  const nb::capsule owner(data, [](void* pointer) noexcept { delete[] static_cast<double*>(pointer); });
  return Matrix(data, {all.rows, model.k()}, owner);
}

nb::bytes write_file(const PcaModel& model) {
  const auto bytes = to_safetensors(model, {});
  return nb::bytes(bytes.data(), bytes.size());
}

PcaModel read_file(const nb::bytes& bytes) {
  return parse_pca_file(std::as_bytes(std::span(bytes.c_str(), bytes.size())), "the PCA model").model;
}

nb::dict projection_of(const PcaModel& model) {
  nb::dict options;
  visit_fields(model.projection, [&](const Field& field, const auto& value) {
    const std::string name(name_in_model(field));
    if constexpr (std::is_enum_v<std::remove_cvref_t<decltype(value)>>) {
      options[name.c_str()] = std::string(to_string(value));
    } else {
      options[name.c_str()] = value;
    }
  });
  return options;
}

// A read-only view that keeps the model alive.
auto view_member(std::vector<double> PcaModel::*member) {
  return [member](const PcaModel& model) { return Vector((model.*member).data(), {(model.*member).size()}); };
}

template <class T>
void register_fit(nb::module_& m) {
  m.def("fit_pca", fit_pca<T>, nb::arg("rows").noconvert(), nb::arg("rows_per_part") = 1024, nb::arg("options"),
        "PCA of float32 or float64 rows [n, d]. The options are those of the PCA of a run: k, variance, pca_convention, ...");
}

}  // namespace

void register_pca(nb::module_& m) {
  constexpr auto kView = nb::rv_policy::reference_internal;
  nb::class_<PcaModel>(m, "Pca", "A fitted PCA. Arrays are float64 and read-only.")
      .def_prop_ro("mean", view_member(&PcaModel::mean), kView)
      .def_prop_ro(
          "components",
          [](const PcaModel& model) {
            return Matrix(model.components.data(), {model.k(), model.width()});
          },
          kView)
      .def_prop_ro("explained_variance", view_member(&PcaModel::explained_variance), kView)
      .def_prop_ro("explained_variance_ratio", view_member(&PcaModel::explained_variance_ratio), kView)
      .def_ro("total_variance", &PcaModel::total_variance)
      .def_ro("count", &PcaModel::count)
      .def_prop_ro("k", &PcaModel::k)
      .def_prop_ro("projection", projection_of, "The projection's options: {'convention': 'centred', ...}.")
      .def("project", project_rows<float>, nb::arg("rows").noconvert(), "float32 or float64 rows [n, d] -> float64 [n, k].")
      .def("project", project_rows<double>, nb::arg("rows").noconvert())
      .def("to_safetensors", write_file, "The model file's bytes.")
      .def_static("from_safetensors", read_file, nb::arg("bytes"))
      .def("__getstate__", write_file)
      .def("__setstate__", [](PcaModel& model, const nb::bytes& bytes) { new (&model) PcaModel(read_file(bytes)); });
  register_fit<float>(m);
  register_fit<double>(m);
}

}  // namespace coulis::bindings
