// coulis._job: a run whose parts are worked on elsewhere. Linked to the libarrow of the pyarrow wheel: import pyarrow first, and there is
// one in the process.
#include <nanobind/nanobind.h>

#include "python/bindings/job/registers.hpp"

namespace nb = nanobind;

NB_MODULE(_job, m) {
  nb::set_leak_warnings(false);  // at its end Python does not collect what pyarrow holds: results in a bucket that a script still has
  nb::module_::import_("coulis._core");  // its Error is ours too
  coulis::bindings::register_photos(m);
  coulis::bindings::register_place(m);
  coulis::bindings::register_run(m);
  coulis::bindings::register_tasks(m);
}
