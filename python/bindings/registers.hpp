// One function per file of this folder; module.cpp calls them all.
#pragma once

#include <nanobind/nanobind.h>

namespace coulis::bindings {

void register_error(nanobind::module_& m);
void register_base(nanobind::module_& m);
void register_decode(nanobind::module_& m);
void register_resample(nanobind::module_& m);
void register_network(nanobind::module_& m);
void register_featurizer(nanobind::module_& m);
void register_photos(nanobind::module_& m);
void register_moments(nanobind::module_& m);
void register_pca(nanobind::module_& m);
void register_neighbours(nanobind::module_& m);

}  // namespace coulis::bindings
