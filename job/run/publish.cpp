#include "job/run/publish.hpp"

#include <fmt/format.h>

#include <chrono>
#include <set>
#include <utility>

#include "core/base/error.hpp"
#include "job/plan/plan.hpp"
#include "job/report/report.hpp"
#include "job/run/report_output.hpp"

namespace coulis {
namespace {

void put_and_describe(const Location& output, const std::string& key, std::span<const std::byte> bytes, Manifest& manifest) {
  output.put(key, bytes);
  manifest.files.push_back(describe_file(key, bytes));
}

void write_errors(const Location& output, const Committed& committed, const TableMetadata& provenance, const ReduceOptions& options,
                  Manifest& manifest) {
  put_and_describe(output, kErrorsKey, write_errors_parquet(committed.errors, options.compression, provenance), manifest);
  const std::string csv = write_errors_csv(committed.errors, options.csv);
  put_and_describe(output, "errors.csv", std::as_bytes(std::span(csv)), manifest);
}

PcaModel fit_or_take(const Moments& moments, const PcaRequest& request, Progress& progress) {
  if (!request.given) {
    PcaModel model = fit(moments, request.options);
    if (request.options.variance == 0 && model.k() < static_cast<std::size_t>(request.options.k)) {
      progress.warn(fmt::format("k is {} instead of {}: {} images of {} features have no more components", model.k(), request.options.k,
                                moments.count, model.width()));
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

// Part files that the manifest does not name: of an earlier PCA, of removed images, of other options.
void remove_unnamed_parts(const Location& output, const Manifest& manifest) {
  std::set<std::string> named;
  for (const ManifestPart& part : manifest.parts) named.insert({part.features.key, part.pca.key});
  for (const std::string_view folder : {"features", "pca"}) {
    for (const PartFile& file : list_part_files(output, folder)) {
      if (!named.contains(file.key)) output.remove(file.key);
    }
  }
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

std::string describe(const PcaRequest& request) {
  if (request.given) return fmt::format("given {}", request.given_sha256);
  if (request.options.variance > 0) return fmt::format("variance={}", request.options.variance);
  return fmt::format("k={}", request.options.k);
}

Manifest publish(const Location& output, Committed committed, const PcaRequest& request, Manifest manifest, const TableMetadata& provenance,
                 const ReduceOptions& options, PartExecutor& executor, Progress& progress) {
  manifest.files.clear();
  manifest.failed_by_code = committed.failed_by_code;
  manifest.ok = committed.ok;
  write_errors(output, committed, provenance, options, manifest);
  if (committed.ok == 0) {
    throw Error(ErrorCode::kTooManyBad, fmt::format("none of the {} images could be used", committed.listed),
                fmt::format("see {}", printable(output.path_of("errors.csv"))));
  }
  auto start = std::chrono::steady_clock::now();
  const PcaModel model = fit_or_take(committed.moments, request, progress);
  manifest.seconds.emplace_back("pca", seconds_since(start));
  start = std::chrono::steady_clock::now();
  const Bytes model_bytes = to_safetensors(model, {provenance.begin(), provenance.end()});
  put_and_describe(output, kPcaModelKey, model_bytes, manifest);
  manifest.parts = std::move(committed.parts);
  executor.project_parts(output, manifest.parts, model, sha256_of(model_bytes), options, progress);
  manifest.files.push_back(write_matrix_csv(output, manifest.parts, model.k(), options));
  manifest.seconds.emplace_back("projection and tables", seconds_since(start));
  manifest.pca = {describe(request), std::string(to_string(model.convention)), model.explained_variance_ratio};
  manifest.csv_separator = options.csv.separator;
  manifest.csv_formulas = to_string(options.csv.formulas);
  manifest.csv_bom = options.csv.bom;
  if (manifest.listed != manifest.ok + manifest.failed()) {
    throw Error(ErrorCode::kRunFailed,
                fmt::format("{} images listed, but {} rows and {} errors: a row was lost", manifest.listed, manifest.ok, manifest.failed()),
                "this is a defect of coulis: please report it; --fresh computes everything again");
  }
  remove_unnamed_parts(output, manifest);
  output.remove_leftovers();  // of tasks that were killed in this run
  start = std::chrono::steady_clock::now();
  const Figures figures = gather_figures(output, manifest, options.threads, options.report, progress);
  manifest.seconds.emplace_back("report", seconds_since(start));
  output.put(kManifestKey, to_json(manifest));
  output.put(kReportKey, render_report(manifest, committed.errors, figures));
  output.put(kSuccessKey, std::string_view());
  return manifest;
}

}  // namespace coulis
