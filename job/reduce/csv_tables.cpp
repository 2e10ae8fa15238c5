#include "job/reduce/csv_tables.hpp"

#include <fmt/format.h>

#include <set>
#include <span>
#include <utility>

#include "job/output/part_tables.hpp"
#include "job/threads/workers.hpp"

namespace coulis {

CsvPart make_csv_part(const Location& output, std::uint64_t part, const RowTable& projected, std::size_t k, const CsvOptions& options) {
  std::string lines = matrix_csv_lines(projected, options);
  if (options.layout == CsvLayout::kOne) {
    ManifestFile piece = describe_file(kMatrixKey, std::as_bytes(std::span(lines)));
    return {std::move(piece), std::move(lines)};
  }
  lines.insert(0, matrix_csv_header(k, options));
  const std::string key = fmt::format("{}/part-{:05}.csv", kCsvFolder, part);
  output.put(key, lines);
  return {describe_file(key, std::as_bytes(std::span(lines))), ""};
}

CsvTables::CsvTables(const Location& output, std::size_t k, const CsvOptions& options) {
  if (options.layout != CsvLayout::kOne) return;
  std::string header = matrix_csv_header(k, options);
  sums_.push_back(sha256_of(std::as_bytes(std::span(header))));
  maybe_matrix_.emplace(output, kMatrixKey);
  maybe_matrix_->take(std::move(header));  // too short for a piece
}

std::function<void()> CsvTables::take(CsvPart part) {
  if (!maybe_matrix_) return {};
  sums_.push_back(std::move(part.file.sha256));
  return maybe_matrix_->take(std::move(part.lines));
}

std::optional<ManifestFile> CsvTables::commit() {
  if (!maybe_matrix_) return std::nullopt;
  maybe_matrix_->commit();
  return ManifestFile{kMatrixKey, maybe_matrix_->size_bytes(), sum_of_sums(sums_), true};
}

std::optional<ManifestFile> write_csv(const Location& output, std::vector<ManifestPart>& parts, std::size_t k, const CsvOptions& options,
                                      int threads) {
  CsvTables tables(output, k, options);
  std::size_t next = 0;
  make_in_parallel(
      threads, parts.size(),
      [&](std::size_t i) { return make_csv_part(output, parts[i].number, read_projected(output, parts[i]), k, options); },
      [&](CsvPart part) {
        parts[next++].maybe_csv = part.file;
        return tables.take(std::move(part));
      });
  return tables.commit();
}

void remove_other_csv(const Location& output, const std::vector<ManifestPart>& parts, CsvLayout layout) {
  std::set<std::string> named;
  for (const ManifestPart& part : parts) {
    if (part.maybe_csv) named.insert(part.maybe_csv->key);
  }
  std::vector<std::string> others;
  output.list(kCsvFolder, [&](const Entry& entry) {
    if (entry.key.starts_with(kCsvBeginning) && !named.contains(entry.key)) others.push_back(entry.key);
  });
  if (layout == CsvLayout::kParts) others.emplace_back(kMatrixKey);
  for (const std::string& key : others) output.remove(key);
}

}  // namespace coulis
