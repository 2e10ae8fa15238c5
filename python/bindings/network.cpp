#include "python/bindings/registers.hpp"

namespace coulis::bindings {

void register_network(nanobind::module_&) {}

}  // namespace coulis::bindings
