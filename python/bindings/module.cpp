// coulis._core: the arithmetic of core/ for Python. Arrays and bytes only; Arrow does not appear here.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <string>

#include "core/base/simd.hpp"
#include "python/bindings/registers.hpp"

namespace nb = nanobind;

NB_MODULE(_core, m) {
  coulis::limit_simd_by_environment();
  coulis::bindings::register_error(m);
  m.attr("__version__") = COULIS_VERSION;
  m.def(
      "limit_simd", [](const std::string& level) { coulis::limit_simd(coulis::parse_enum<coulis::SimdLevel>(level)); }, nb::arg("level"),
      "Let the kernels use at most this SIMD level: 'portable', 'avx2', 'avx512', or 'best' to lift the limit. Process-wide.");
  m.def(
      "simd_in_use", [] { return std::string(coulis::simd_in_use()); }, "The SIMD level that the next call uses.");
  coulis::bindings::register_base(m);
  coulis::bindings::register_decode(m);
  coulis::bindings::register_resample(m);
  coulis::bindings::register_network(m);
  coulis::bindings::register_featurizer(m);
  coulis::bindings::register_photos(m);
  coulis::bindings::register_moments(m);
  coulis::bindings::register_pca(m);
  coulis::bindings::register_neighbours(m);
}
