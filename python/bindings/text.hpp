// to_text: a message for Python. It may quote a file's name or content, which need not be UTF-8.
#pragma once

#include <nanobind/nanobind.h>

#include <string_view>

namespace coulis::bindings {

inline nanobind::object to_text(std::string_view text) {
  return nanobind::steal(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace"));
}

}  // namespace coulis::bindings
