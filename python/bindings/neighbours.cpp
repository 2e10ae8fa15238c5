#include "core/neighbours/neighbours.hpp"

#include <fmt/format.h>
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/vector.h>

#include <vector>

#include "core/base/error.hpp"
#include "python/bindings/registers.hpp"

namespace nb = nanobind;

namespace coulis::bindings {
namespace {

using Rows = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;  // [n, d]

nb::tuple neighbours_of(const Rows& rows, std::size_t count) {
  if (count >= rows.shape(0)) throw Error(ErrorCode::kUsage, fmt::format("{} rows have fewer than {} others", rows.shape(0), count));
  std::vector<Neighbour> found;
  {
    const nb::gil_scoped_release release;
    found = find_neighbours({rows.data(), rows.shape(0), rows.shape(1)}, count);
  }
  std::vector<std::uint32_t> indices;
  std::vector<float> distances;
  for (const Neighbour& neighbour : found) {
    indices.push_back(neighbour.row);
    distances.push_back(neighbour.distance);
  }
  return nb::make_tuple(indices, distances);
}

}  // namespace

void register_neighbours(nb::module_& m) {
  m.def("find_neighbours", neighbours_of, nb::arg("rows").noconvert(), nb::arg("count"),
        "For each of float32 rows [n, d] its `count` nearest other rows: their indices and distances, two lists of n * count.");
}

}  // namespace coulis::bindings
