// ReportOptions: the options of the report.
#pragma once

#include "core/base/field.hpp"

namespace coulis {

struct ReportOptions {
  bool no_thumbnails = false;
};

template <OptionsOf<ReportOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("no-thumbnails", "Make no thumbnails of photos, neither in the report nor in OUTPUT", Affects::kReport), o.no_thumbnails);
}

}  // namespace coulis
