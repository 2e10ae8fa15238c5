#include "python/bindings/registers.hpp"

namespace coulis::bindings {

void register_pca(nanobind::module_&) {}

}  // namespace coulis::bindings
