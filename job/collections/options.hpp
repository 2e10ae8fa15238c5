// CollectionOptions: where the photos and labels of a table are, if its schema does not tell, and labels from elsewhere.
#pragma once

#include <string>

#include "core/base/field.hpp"

namespace coulis {

struct CollectionOptions {
  std::string photo_column;  // empty: as Spark's binaryFile and Hugging Face's datasets have it
  std::string label_column;  // empty: "label", if there is one
  std::string labels;        // a table of them; empty: labels are where the photos are
};

template <OptionsOf<CollectionOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("photo-column", "Column of a table that holds photos, or says where they are, if it is none of the usual ones",
          Affects::kFeatures),
    o.photo_column);
  v(Field("label-column", "Column that holds the labels: of the --labels table, else of INPUT; without it: label", Affects::kFeatures),
    o.label_column);
  v(Field("labels", "Table (CSV, JSON Lines, Parquet) with the labels of the photos, by path or file name", Affects::kPhotos), o.labels);
}

}  // namespace coulis
