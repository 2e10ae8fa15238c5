// _core.Error: coulis::Error in Python, with the same code and remedy.
#include "core/base/error.hpp"

#include <nanobind/nanobind.h>

#include <exception>

#include "python/bindings/registers.hpp"
#include "python/bindings/text.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
void register_error(nb::module_& m) {
  static PyObject* error_type = nb::exception<Error>(m, "Error", PyExc_RuntimeError).ptr();
  nb::register_exception_translator(
      [](const std::exception_ptr& thrown, void*) {
        try {
          std::rethrow_exception(thrown);
        } catch (const Error& error) {
          const nb::object raised = nb::borrow(error_type)(to_text(error.what()));
          raised.attr("code") = static_cast<int>(error.code());  // the exit code of the command
          raised.attr("remedy") = to_text(error.remedy());
          if (!error.remedy().empty()) raised.attr("add_note")(to_text(error.remedy()));  // Python shows it below the message
          PyErr_SetObject(error_type, raised.ptr());
        }
      },
      nullptr);
}

}  // namespace coulis::bindings
