#include "python/bindings/registers.hpp"

namespace coulis::bindings {

void register_resample(nanobind::module_&) {}

}  // namespace coulis::bindings
