// ReportOptions: what a person can say about the report.
#pragma once

#include "core/base/field.hpp"

namespace coulis {

struct ReportOptions {
  bool no_thumbnails = false;
};

template <OptionsOf<ReportOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("no-thumbnails", "Keep no thumbnails of photos, neither in the report nor beside it", Affects::kReport), o.no_thumbnails);
}

}  // namespace coulis
