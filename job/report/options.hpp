// ReportOptions: what a person can say about the report.
#pragma once

namespace coulis {

struct ReportOptions {
  bool no_thumbnails = false;
};

template <class V>
void visit_fields(ReportOptions& o, V&& v) {
  v("no-thumbnails", "No photos in the report, and none read again for it", o.no_thumbnails);
}

}  // namespace coulis
