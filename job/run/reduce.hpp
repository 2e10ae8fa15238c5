// reduce: the committed features through a PCA, into the part files below pca/ and the CSV matrix.
#pragma once

#include <string>
#include <vector>

#include "core/pca/pca.hpp"
#include "job/plan/manifest.hpp"
#include "job/run/progress.hpp"
#include "job/storage/location.hpp"
#include "job/tables/tables.hpp"

namespace coulis {

struct ReportOptions {
  bool no_thumbnails = false;
};

template <class V>
void visit_fields(ReportOptions& o, V&& v) {
  v("no-thumbnails", "No photos in the report, and none read again for it", o.no_thumbnails);
}

struct ReduceOptions {
  Compression compression = Compression::kSnappy;
  CsvOptions csv;
  int threads = 1;
  ReportOptions report{};
};

// Writes the PCA part of a part. `model_sha256`: of the PCA model's file; it is in the file name.
ManifestFile project_part(const Location& output, const ManifestPart& part, const PcaModel& model, const std::string& model_sha256,
                          Compression compression);
// For each part, and sets its `pca` entry.
void project_parts(const Location& output, std::vector<ManifestPart>& parts, const PcaModel& model, const std::string& model_sha256,
                   const ReduceOptions& options, Progress& progress);

// matrix.csv from the PCA parts, in their order.
ManifestFile write_matrix_csv(const Location& output, const std::vector<ManifestPart>& parts, std::size_t k, const ReduceOptions& options);

}  // namespace coulis
