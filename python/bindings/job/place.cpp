// _job.Place: the objects below a bucket's prefix, for coulis.open. _job.bucket_in: where an address of S3 becomes a key.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "job/storage/s3/access_point.hpp"
#include "python/bindings/job/keywords.hpp"
#include "python/bindings/job/registers.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

nb::bytes to_python(const Bytes& bytes) {
  return nb::bytes(bytes.data(), bytes.size());
}

// Of strings: the keys of an OUTPUT are ASCII.
class Place {
 public:
  Place(const nb::bytes& uri, const nb::dict& keywords)
      : location_(std::string(uri.c_str(), uri.size()), read_keywords(keywords).storage) {}

  std::vector<std::string> keys(const std::string& prefix) const {
    const nb::gil_scoped_release released;
    std::vector<std::string> keys;
    location_.list(prefix, [&](const Entry& entry) { keys.push_back(entry.key); });
    return keys;
  }

  std::optional<std::uint64_t> size(const std::string& key) const {
    const nb::gil_scoped_release released;
    return location_.maybe_size(key);
  }

  nb::bytes read(const std::string& key) const {
    Bytes bytes;
    {
      const nb::gil_scoped_release released;
      bytes = location_.get_or_throw(key);
    }
    return to_python(bytes);
  }

  nb::bytes read_range(const std::string& key, std::uint64_t offset, std::uint64_t size) const {
    Bytes bytes;
    {
      const nb::gil_scoped_release released;
      bytes = location_.get_range(key, offset, size);
    }
    return to_python(bytes);
  }

 private:
  Location location_;
};

}  // namespace

void register_place(nb::module_& m) {
  nb::class_<Place>(m, "Place", "A bucket below a prefix.")
      .def(nb::init<const nb::bytes&, const nb::dict&>(), nb::arg("uri"), nb::arg("keywords"))
      .def("keys", &Place::keys, nb::arg("prefix"), "Of all objects below it.")
      .def("size", &Place::size, nb::arg("key"), "None: there is no such object.")
      .def("read", &Place::read, nb::arg("key"))
      .def("read_range", &Place::read_range, nb::arg("key"), nb::arg("offset"), nb::arg("size"), "As far as the object goes.");
  m.def(
      "bucket_in",
      [](const nb::bytes& path) {
        const std::string_view bucket = s3::bucket_in({path.c_str(), path.size()});
        return nb::bytes(bucket.data(), bucket.size());
      },
      nb::arg("path"), "Of 'bucket/key': a bucket's name or the ARN of an access point.");
}

}  // namespace coulis::bindings
