#include "job/output/part_tables.hpp"

namespace coulis {
namespace {

RowTable read_table(const Location& output, const std::string& key, std::string_view values_column) {
  return read_row_table(output.get_or_throw(key), values_column, printable(output.path_of(key)));
}

}  // namespace

RowTable read_features(const Location& output, const ManifestPart& part) {
  return read_table(output, part.features.key, kFeaturesColumn);
}

RowTable read_projected(const Location& output, const ManifestPart& part) {
  return read_table(output, part.pca.key, kPcaColumn);
}

}  // namespace coulis
