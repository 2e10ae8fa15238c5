// reduce: projects the committed features with a PCA, into the part files below pca/ and the CSV matrix.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/pca/pca.hpp"
#include "job/output/manifest.hpp"
#include "job/reduce/part_sample.hpp"
#include "job/storage/location.hpp"
#include "job/tables/tables.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct ProjectOptions {
  Compression compression = Compression::kSnappy;
  int threads = 1;
};

struct ProjectedPart {
  ManifestFile file;
  PartSample sample;
};

// Writes the PCA part of a part. `model_sha256`: of the PCA model's file; it is in the file name.
ProjectedPart project_part(const Location& output, const ManifestPart& part, const PcaModel& model, const std::string& model_sha256,
                           Compression compression, const SampleOrder& order);

using TakeSample = std::function<void(std::size_t part, PartSample sample)>;  // called with the parts in order, one at a time

// For each part, and sets its `pca` entry.
void project_parts(const Location& output, std::vector<ManifestPart>& parts, const PcaModel& model, const std::string& model_sha256,
                   const ProjectOptions& options, const TakeSample& take, Progress& progress);

// matrix.csv from the PCA parts, in their order.
ManifestFile write_matrix_csv(const Location& output, const std::vector<ManifestPart>& parts, std::size_t k, const CsvOptions& options,
                              int threads);

}  // namespace coulis
