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

RowTable project_table(const PcaModel& model, RowTable features) {
  std::vector<double> projected(features.rows() * model.k());
  // A part with only bad images has no row, and so no width.
  if (features.rows() != 0) project(model, features.matrix(), {projected.data(), features.rows(), model.k()});
  RowTable table;
  table.width = model.k();
  table.values.assign(projected.begin(), projected.end());
  table.paths = std::move(features.paths);
  table.labels = std::move(features.labels);
  table.metadata = provenance_in(std::move(features.metadata));  // the part record stays with the features
  return table;
}

}  // namespace

ManifestFile project_part(const Location& output, const ManifestPart& part, const PcaModel& model, const std::string& model_sha256,
                          Compression compression) {
  RowTable table = project_table(model, read_features(output, part));
  table.metadata.emplace_back("coulis.pca_sha256", model_sha256);
  for (const auto& [name, text] : texts_of(model.projection)) table.metadata.emplace_back("coulis.pca_" + name, text);
  const std::string fingerprint = fingerprint_of(part.fingerprint + " " + model_sha256, {});
  const std::string key = fmt::format("{}/{}", kPcaFolder, part_file_name(part.number, fingerprint, to_string(compression)));
  const Bytes bytes = write_row_table(table, kPcaColumn, compression);
  output.put(key, bytes);
  return describe_file(key, bytes);
}

void project_parts(const Location& output, std::vector<ManifestPart>& parts, const PcaModel& model, const std::string& model_sha256,
                   const ProjectOptions& options, Progress& progress) {
  progress.begin("projection", parts.size());
  for_each_parallel(options.threads, parts.size(), [&](std::size_t i) {
    parts[i].pca = project_part(output, parts[i], model, model_sha256, options.compression);
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
