#include "job/reduce/reduce.hpp"

#include <fmt/format.h>

#include <span>
#include <utility>

#include "job/output/part_record.hpp"
#include "job/output/part_tables.hpp"
#include "job/plan/fingerprint.hpp"
#include "job/plan/part_files.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

RowTable project_table(const PcaModel& model, const RowTable& features) {
  std::vector<double> projected(features.rows() * model.k());
  // A part with only bad images has no row, and so no width.
  if (features.rows() != 0) project(model, features.matrix(), {projected.data(), features.rows(), model.k()});
  RowTable table;
  table.width = model.k();
  table.values.assign(projected.begin(), projected.end());
  table.paths = features.paths;
  table.labels = features.labels;
  table.metadata = provenance_in(features.metadata);  // the part record stays with the features
  return table;
}

}  // namespace

ProjectedPart project_part(const Location& output, const ManifestPart& part, const PcaModel& model, const std::string& model_sha256,
                           const ProjectOptions& options, const SampleOrder& order) {
  const RowTable features = read_features(output, part);
  RowTable table = project_table(model, features);
  table.metadata.emplace_back("coulis.pca_sha256", model_sha256);
  for (const auto& [name, text] : texts_of(model.projection)) table.metadata.emplace_back("coulis.pca_" + name, text);
  const std::string fingerprint = fingerprint_of(part.fingerprint + " " + model_sha256, {});
  const std::string key = fmt::format("{}/{}", kPcaFolder, part_file_name(part.number, fingerprint, to_string(options.compression)));
  const Bytes bytes = write_row_table(table, kPcaColumn, options.compression);
  output.put(key, bytes);
  return {describe_file(key, bytes), sample_part(features, table, order, printable(output.path_of(part.features.key))),
          make_csv_part(output, part.number, table, model.k(), options.csv)};
}

std::optional<ManifestFile> project_parts(const Location& output, std::vector<ManifestPart>& parts, const PcaModel& model,
                                          const std::string& model_sha256, const ProjectOptions& options, const TakeSample& take,
                                          Progress& progress) {
  const std::vector<SampleOrder> orders = order_samples(parts);
  CsvTables tables(output, model.k(), options.csv);
  progress.begin("projection", parts.size());
  std::size_t next = 0;
  make_in_parallel(
      options.threads, parts.size(), [&](std::size_t i) { return project_part(output, parts[i], model, model_sha256, options, orders[i]); },
      [&](ProjectedPart projected) {
        parts[next].pca = std::move(projected.file);
        parts[next].maybe_csv = projected.csv.file;
        take(next++, std::move(projected.sample));
        progress.advance(1, 0);
        return tables.take(std::move(projected.csv));
      });
  progress.end();
  return tables.commit();
}

}  // namespace coulis
