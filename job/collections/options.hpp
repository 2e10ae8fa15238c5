// CollectionOptions: where the photos and labels of a table are, if its schema does not tell.
#pragma once

#include <string>

#include "core/base/field.hpp"

namespace coulis {

struct CollectionOptions {
  std::string photo_column;  // empty: as Spark's binaryFile and Hugging Face's datasets have it
  std::string label_column;  // empty: "label", if there is one
};

template <OptionsOf<CollectionOptions> O, class V>
void visit_fields(O& o, V&& v) {
  v(Field("photo-column", "Column of a Parquet table that holds the bytes of photos, if it is none of the usual ones", Affects::kFeatures),
    o.photo_column);
  v(Field("label-column", "Column of a Parquet table that holds the labels; without it: label", Affects::kFeatures), o.label_column);
}

}  // namespace coulis
