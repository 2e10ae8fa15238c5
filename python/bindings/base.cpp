// _core.printable, _core.read_photo: names and files as the command takes them.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <cstdint>
#include <string>

#include "core/base/printable.hpp"
#include "core/base/read_file.hpp"
#include "python/bindings/registers.hpp"
#include "python/bindings/text.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

constexpr std::uint64_t kLargestPhoto = std::uint64_t{4} << 30;

nb::object read_photo(const nb::bytes& path) {
  const std::string name(path.c_str(), path.size());
  const auto file = [&] {
    const nb::gil_scoped_release released;
    return read_file(name, kLargestPhoto);
  }();
  if (file) return nb::bytes(file.value().data(), file.value().size());
  const Failure& failure = file.failure();
  return nb::make_tuple(std::string(to_string(failure.stage)), std::string(to_string(failure.code)), to_text(failure.message));
}

}  // namespace

void register_base(nb::module_& m) {
  m.def(
      "printable",
      [](const nb::bytes& raw) {
        return to_text(printable({raw.c_str(), raw.size()}));
      },
      nb::arg("raw"), "A name as the tables have it: \\xNN for bytes that are not printable text, one to one.");
  m.def("read_photo", read_photo, nb::arg("path"), "The bytes of a file, or (stage, code, message). Never waits for a pipe.");
}

}  // namespace coulis::bindings
