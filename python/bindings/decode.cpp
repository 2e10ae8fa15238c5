// _core.decode, _core.sniff_format, _core.DecodeFailure.
#include "core/decode/decode.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <memory>
#include <string>
#include <utility>

#include "python/bindings/keywords.hpp"
#include "python/bindings/registers.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

using Pixels = nb::ndarray<nb::numpy, std::uint8_t, nb::ndim<3>, nb::c_contig>;

std::span<const std::byte> view_of(const nb::bytes& data) {
  return {static_cast<const std::byte*>(data.data()), data.size()};
}

Pixels hand_over(Image image) {  // [height, width, 3]; the array owns the pixels
  auto owned = std::make_unique<Image>(std::move(image));
  const auto height = static_cast<std::size_t>(owned->height());
  const auto width = static_cast<std::size_t>(owned->width());
  std::uint8_t* pixels = owned->data();
  const nb::capsule owner(owned.release(), [](void* held) noexcept { delete static_cast<Image*>(held); });
  return Pixels(pixels, {height, width, 3}, owner);
}

Outcome<Image> decode_without_gil(std::span<const std::byte> bytes, const DecodeOptions& options) {
  const nb::gil_scoped_release unlocked;
  return decode(bytes, options);
}

}  // namespace

void register_decode(nb::module_& m) {
  static PyObject* failure_type =
      PyErr_NewExceptionWithDoc("coulis._core.DecodeFailure", "One image was refused; args: (code, message).", PyExc_ValueError, nullptr);
  m.attr("DecodeFailure") = nb::borrow(failure_type);
  m.def(
      "decode",
      [](const nb::bytes& data, const nb::kwargs& keywords) {
        Outcome<Image> image = decode_without_gil(view_of(data), read_options<DecodeOptions>(keywords));
        if (!image) {
          const Failure& failure = image.failure();
          const std::string code(to_string(failure.code));
          PyErr_SetObject(failure_type, nb::make_tuple(code, nb::str(failure.message.c_str(), failure.message.size())).ptr());
          throw nb::python_error();
        }
        return hand_over(std::move(image.value()));
      },
      nb::arg("data"), nb::arg("options"),
      "The RGB pixels [height, width, 3] of an image file, as Pillow's Image.open(...).convert('RGB'). Raises DecodeFailure(code, "
      "message).");
  m.def(
      "sniff_format",
      [](const nb::bytes& data) -> std::optional<std::string> {
        const std::optional<Format> maybe_format = sniff_format(view_of(data));
        if (!maybe_format) return std::nullopt;
        return std::string(to_string(*maybe_format));
      },
      nb::arg("data"), "The name of the format, such as 'jpeg', or None, by content.");
}

}  // namespace coulis::bindings
