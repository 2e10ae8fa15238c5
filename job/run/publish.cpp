#include "job/run/publish.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/counted.hpp"
#include "core/base/error.hpp"
#include "job/plan/part_files.hpp"
#include "job/plan/plan.hpp"
#include "job/report/report.hpp"
#include "job/report/report_output.hpp"
#include "job/threads/stage_clock.hpp"
#include "job/threads/worker_count.hpp"
#include "job/threads/workers.hpp"

namespace coulis {
namespace {

void describe_in(Manifest& manifest, ManifestFile file) {
  const auto same_key = [&](const ManifestFile& other) { return other.key == file.key; };
  std::erase_if(manifest.files, same_key);
  manifest.files.push_back(std::move(file));
}

void put_and_describe(const Location& output, const std::string& key, std::span<const std::byte> bytes, Manifest& manifest) {
  output.put(key, bytes);
  describe_in(manifest, describe_file(key, bytes));
}

void put_errors_csv(const Location& output, const std::vector<ErrorRow>& errors, const CsvOptions& options, Manifest& manifest) {
  const std::string csv = write_errors_csv(errors, options);
  put_and_describe(output, kErrorsCsvKey, std::as_bytes(std::span(csv)), manifest);
}

// Removes the CSV files of another layout, too.
void describe_csv(const Location& output, const std::optional<ManifestFile>& matrix, const std::vector<ManifestPart>& parts,
                  const CsvOptions& options, Manifest& manifest) {
  std::erase_if(manifest.files, [](const ManifestFile& file) { return file.key == kMatrixKey; });
  if (matrix) manifest.files.push_back(*matrix);
  remove_other_csv(output, parts, options.layout);
}

std::vector<ErrorRow> read_errors(const Location& output) {
  return read_errors_parquet(output.get_or_throw(kErrorsKey), printable(output.path_of(kErrorsKey)));
}

PcaModel fit_or_take(const Moments& moments, const PcaRequest& request, Progress& progress) {
  if (!request.given) {
    PcaModel model = fit(moments, request.options);
    if (request.options.variance == 0 && model.k() < static_cast<std::size_t>(request.options.k)) {
      progress.warn(fmt::format("k is {} instead of {}: {} of {} features cannot have more components", model.k(), request.options.k,
                                counted(moments.count, "photo"), model.width()));
    }
    return model;
  }
  if (request.given->model.width() != moments.mean.size()) {
    throw Error(ErrorCode::kRunFailed,
                fmt::format("the PCA is for {} features, the photos have {}", request.given->model.width(), moments.mean.size()),
                "use the PCA of a run with the same model");
  }
  return request.given->model;
}

void remove_unnamed_parts(const Location& output, const std::vector<ManifestPart>& parts) {
  for (const PartFile& file : list_unnamed_part_files(output, parts)) output.remove(file.key);
}

// Records which parts have thumbnails in OUTPUT. With --no-thumbnails, removes them.
void describe_thumbnails(const Location& output, const RunOptions& options, std::vector<ManifestPart>& parts) {
  const std::string compression(to_string(options.features.compression));
  for_each_parallel(worker_count(options.threads), parts.size(), [&](std::size_t i) {
    ManifestPart& part = parts[i];
    part.maybe_thumbnails.reset();
    if (options.report.no_thumbnails || part.sampled.empty()) return;
    const std::string key = Part{part.number, {}, part.fingerprint, true, ""}.thumbnails_key(compression);
    if (const Outcome<Bytes> bytes = output.get(key)) part.maybe_thumbnails = describe_file(key, bytes.value());
  });
}

}  // namespace

std::string describe(const PcaRequest& request) {
  if (request.given) return fmt::format("given {}", request.given_sha256);
  if (request.options.variance > 0) return fmt::format("variance={}", request.options.variance);
  return fmt::format("k={}", request.options.k);
}

Manifest publish(const Location& output, Committed committed, const PcaRequest& request, Manifest manifest, const TableMetadata& provenance,
                 const RunOptions& options, PartExecutor& executor, Progress& progress) {
  const int threads = worker_count(options.threads);
  StageClock clock(manifest.seconds);
  manifest.options = to_texts(options);
  manifest.files.clear();
  manifest.failed_by_code = committed.failed_by_code;
  manifest.ok = committed.ok;
  put_and_describe(output, kErrorsKey, write_errors_parquet(committed.errors, options.features.compression, provenance), manifest);
  put_errors_csv(output, committed.errors, options.csv, manifest);
  if (committed.ok == 0) {
    throw Error(ErrorCode::kTooManyBad, "none of the photos could be used",
                fmt::format("see {}", printable(output.path_of(kErrorsCsvKey))));
  }
  clock.restart();
  const PcaModel model = fit_or_take(committed.moments, request, progress);
  clock.lap("pca");
  const Bytes model_bytes = to_safetensors(model, {provenance.begin(), provenance.end()});
  put_and_describe(output, kPcaModelKey, model_bytes, manifest);
  std::vector<ManifestPart> parts = std::move(committed.parts);
  ReportRows rows;
  const std::optional<ManifestFile> matrix = executor.project_parts(
      output, parts, model, sha256_of(model_bytes), {options.features.compression, options.csv, threads},
      [&](std::size_t part, PartSample sample) { rows.add(part, std::move(sample)); }, progress);
  describe_csv(output, matrix, parts, options.csv, manifest);
  clock.lap("projection and tables");
  manifest.pca = {describe(request), texts_of(model.projection), model.explained_variance_ratio};
  if (manifest.listed != manifest.ok + manifest.failed()) {
    throw Error(ErrorCode::kRunFailed,
                fmt::format("{} photos listed, but {} rows and {} errors: a row was lost", manifest.listed, manifest.ok, manifest.failed()),
                "this is a defect of coulis: please report it; --fresh computes everything again");
  }
  describe_thumbnails(output, options, parts);
  remove_unnamed_parts(output, parts);
  put_parts(output, parts, manifest);
  output.remove_leftovers(kKeyBeginnings);  // from tasks that were killed in this run
  clock.restart();
  const Figures figures = gather_figures(output, manifest, parts, std::move(rows), threads, options.report, progress);
  clock.lap("report");
  output.put(kManifestKey, to_json(manifest));
  output.put(kReportKey, render_report(manifest, committed.errors, figures));
  output.put(kSuccessKey, std::string_view());
  return manifest;
}

Manifest publish_again(const Location& output, Manifest manifest, Due due, const RunOptions& options, Progress& progress) {
  const std::vector<ErrorRow> errors = read_errors(output);
  std::vector<ManifestPart> parts = read_parts(output, manifest);
  const int threads = worker_count(options.threads);
  output.remove(kSuccessKey);
  manifest.options = to_texts(options);
  if (due.tables) {
    put_errors_csv(output, errors, options.csv, manifest);
    const std::size_t k = manifest.pca.explained_variance_ratio.size();
    describe_csv(output, write_csv(output, parts, k, options.csv, threads), parts, options.csv, manifest);
  }
  if (due.report) {
    describe_thumbnails(output, options, parts);
    remove_unnamed_parts(output, parts);
    ReportRows rows = read_report_rows(output, parts, threads);
    const Figures figures = gather_figures(output, manifest, parts, std::move(rows), threads, options.report, progress);
    output.put(kReportKey, render_report(manifest, errors, figures));
  }
  put_parts(output, parts, manifest);
  output.put(kManifestKey, to_json(manifest));
  output.put(kSuccessKey, std::string_view());
  return manifest;
}

}  // namespace coulis
