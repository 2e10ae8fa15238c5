// _core.Moments: what a PCA needs to know about its rows. Workers
// add rows up, and merge their sums; one process fits the PCA.
#include "core/moments/moments.hpp"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "core/moments/moments_bytes.hpp"
#include "core/pca/pca.hpp"
#include "python/bindings/keywords.hpp"
#include "python/bindings/registers.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

using Rows = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;  // [n, d]

constexpr std::size_t kBlockRows = 1024;

// Adds rows in blocks of 1,024, whatever the batches: the same rows in the same order give the same bits.
class MomentsOfRows {
 public:
  MomentsOfRows() = default;
  explicit MomentsOfRows(Moments moments) : sum_(std::move(moments)) {}

  void add(const Rows& rows) {
    const std::size_t d = rows.shape(1);
    if (d != width_ && !pending_.empty()) {
      throw Error(ErrorCode::kRunFailed, "rows of different widths cannot go into one PCA", "use one model for all photos");
    }
    width_ = d;
    const nb::gil_scoped_release released;
    for (std::size_t first = 0; first < rows.shape(0);) {
      const std::size_t count = std::min(rows.shape(0) - first, kBlockRows - pending_.size() / std::max<std::size_t>(d, 1));
      const float* begin = rows.data() + first * d;
      pending_.insert(pending_.end(), begin, begin + count * d);
      first += count;
      if (pending_.size() >= kBlockRows * d) merge_pending();
    }
  }

  void merge_with(MomentsOfRows& other) {
    const nb::gil_scoped_release released;
    merge_pending();
    other.merge_pending();
    sum_ = coulis::merge(std::move(sum_), other.sum_);
  }

  const Moments& sum() {
    merge_pending();
    return sum_;
  }

 private:
  void merge_pending() {
    if (pending_.empty()) return;
    sum_ = coulis::merge(std::move(sum_), moments_of({pending_.data(), pending_.size() / width_, width_}));
    pending_.clear();
  }

  Moments sum_;
  std::vector<float> pending_;  // [below 1024, width]
  std::size_t width_ = 0;
};

nb::bytes write_bytes(MomentsOfRows& moments) {
  const auto bytes = to_bytes(moments.sum());
  return nb::bytes(bytes.data(), bytes.size());
}

MomentsOfRows read_bytes(const nb::bytes& bytes) {
  return MomentsOfRows(parse_moments(std::as_bytes(std::span(bytes.c_str(), bytes.size()))));
}

PcaModel fit_moments(MomentsOfRows& moments, const nb::kwargs& keywords) {
  const auto options = read_options<PcaOptions>(keywords);
  const nb::gil_scoped_release released;
  return fit(moments.sum(), options);
}

}  // namespace

void register_moments(nb::module_& m) {
  nb::class_<MomentsOfRows>(m, "Moments", "Count, mean and scatter of float32 rows, in float64. Not thread-safe.")
      .def(nb::init<>())
      .def("add", &MomentsOfRows::add, nb::arg("rows").noconvert(), "float32 rows [n, d].")
      .def("merge", &MomentsOfRows::merge_with, nb::arg("other"), "Add the rows of `other`. The order of merges decides the last bits.")
      .def_prop_ro("count", [](MomentsOfRows& moments) { return moments.sum().count; })
      .def("to_bytes", write_bytes)
      .def_static("from_bytes", read_bytes, nb::arg("bytes"))
      .def("fit", fit_moments, "Options as for fit_pca().");
}

}  // namespace coulis::bindings
