// The filters of Pillow's resample as functions of the distance, and their names.
#pragma once

#include "core/resample/resample.hpp"

namespace coulis {

struct FilterShape {
  double (*weight)(double distance_px);  // zero outside [-support, support]
  double support_px;
};

FilterShape shape_of(Filter filter);  // not for kNearest, which has no weights

}  // namespace coulis
