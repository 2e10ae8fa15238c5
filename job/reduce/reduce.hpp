// reduce: projects the committed features with a PCA, into the part files below pca/ and the CSV matrix.
#pragma once

#include <string>
#include <vector>

#include "core/pca/pca.hpp"
#include "job/output/manifest.hpp"
#include "job/storage/location.hpp"
#include "job/tables/tables.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct ProjectOptions {
  Compression compression = Compression::kSnappy;
  int threads = 1;
};

// Writes the PCA part of a part. `model_sha256`: of the PCA model's file; it is in the file name.
ManifestFile project_part(const Location& output, const ManifestPart& part, const PcaModel& model, const std::string& model_sha256,
                          Compression compression);
// For each part, and sets its `pca` entry.
void project_parts(const Location& output, std::vector<ManifestPart>& parts, const PcaModel& model, const std::string& model_sha256,
                   const ProjectOptions& options, Progress& progress);

// matrix.csv from the PCA parts, in their order.
ManifestFile write_matrix_csv(const Location& output, const std::vector<ManifestPart>& parts, std::size_t k, const CsvOptions& options,
                              int threads);

}  // namespace coulis
