// One function per file of this folder; module.cpp calls them.
#pragma once

#include <nanobind/nanobind.h>

namespace coulis::bindings {

void register_photos(nanobind::module_& m);
void register_place(nanobind::module_& m);
void register_run(nanobind::module_& m);
void register_tasks(nanobind::module_& m);

}  // namespace coulis::bindings
