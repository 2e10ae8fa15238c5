// coulis._core: the arithmetic of core/ for Python. Arrays and bytes only; Arrow does not appear here.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/simd.hpp"
#include "python/bindings/registers.hpp"

namespace nb = nanobind;

namespace {

// A message may quote a file's name or content, which need not be UTF-8.
void register_error(nb::module_& m) {
  static PyObject* error_type = nb::exception<coulis::Error>(m, "Error", PyExc_RuntimeError).ptr();
  nb::register_exception_translator(
      [](const std::exception_ptr& thrown, void*) {
        try {
          std::rethrow_exception(thrown);
        } catch (const coulis::Error& error) {
          const std::string_view text = error.what();
          const nb::object message = nb::steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace"));
          PyErr_SetObject(error_type, message.ptr());
        }
      },
      nullptr);
}

}  // namespace

NB_MODULE(_core, m) {
  register_error(m);
  m.def(
      "limit_simd", [](const std::string& level) { coulis::limit_simd(coulis::parse_simd_level(level)); }, nb::arg("level"),
      "Let the kernels use at most this SIMD level: 'portable', 'avx2', 'avx512', or 'best' to lift the limit. Process-wide.");
  m.def(
      "simd_in_use", [] { return std::string(coulis::simd_in_use()); }, "The SIMD level that the next call takes.");
  coulis::bindings::register_decode(m);
  coulis::bindings::register_resample(m);
  coulis::bindings::register_network(m);
  coulis::bindings::register_pca(m);
  coulis::bindings::register_neighbours(m);
}
