#include "python/bindings/registers.hpp"

namespace coulis::bindings {

void register_decode(nanobind::module_&) {}

}  // namespace coulis::bindings
