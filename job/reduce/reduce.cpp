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
                           Compression compression, const SampleOrder& order) {
  const RowTable features = read_features(output, part);
  RowTable table = project_table(model, features);
  table.metadata.emplace_back("coulis.pca_sha256", model_sha256);
  for (const auto& [name, text] : texts_of(model.projection)) table.metadata.emplace_back("coulis.pca_" + name, text);
  const std::string fingerprint = fingerprint_of(part.fingerprint + " " + model_sha256, {});
  const std::string key = fmt::format("{}/{}", kPcaFolder, part_file_name(part.number, fingerprint, to_string(compression)));
  const Bytes bytes = write_row_table(table, kPcaColumn, compression);
  output.put(key, bytes);
  return {describe_file(key, bytes), sample_part(features, table, order, printable(output.path_of(part.features.key)))};
}

void project_parts(const Location& output, std::vector<ManifestPart>& parts, const PcaModel& model, const std::string& model_sha256,
                   const ProjectOptions& options, const TakeSample& take, Progress& progress) {
  const std::vector<SampleOrder> orders = order_samples(parts);
  progress.begin("projection", parts.size());
  std::size_t next = 0;
  make_in_parallel(
      options.threads, parts.size(),
      [&](std::size_t i) { return project_part(output, parts[i], model, model_sha256, options.compression, orders[i]); },
      [&](ProjectedPart projected) {
        parts[next].pca = std::move(projected.file);
        take(next++, std::move(projected.sample));
        progress.advance(1, 0);
      });
  progress.end();
}

ManifestFile write_matrix_csv(const Location& output, const std::vector<ManifestPart>& parts, std::size_t k, const CsvOptions& options,
                              int threads) {
  PutStream stream(output, kMatrixKey);
  Sha256 sum;
  ManifestFile file{kMatrixKey, 0, ""};
  const auto write = [&](const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    stream.write(bytes);
    sum.update(bytes);
    file.size_bytes += bytes.size();
  };
  write(matrix_csv_header(k, options));
  const auto lines_of = [&](std::size_t i) { return matrix_csv_lines(read_projected(output, parts[i]), options); };
  make_in_parallel(threads, parts.size(), lines_of, write);
  stream.commit();
  file.sha256 = sum.hex();
  return file;
}

}  // namespace coulis
