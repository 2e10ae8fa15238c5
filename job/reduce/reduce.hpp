// reduce: projects the committed features with a PCA, into the part files below pca/ and the CSV matrix.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/pca/pca.hpp"
#include "job/output/manifest_parts.hpp"
#include "job/reduce/csv_tables.hpp"
#include "job/reduce/part_sample.hpp"
#include "job/storage/location.hpp"
#include "job/tables/tables.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct ProjectOptions {
  Compression compression = Compression::kSnappy;
  CsvOptions csv = {};
  int threads = 1;
};

struct ProjectedPart {
  ManifestFile file;
  PartSample sample;
  CsvPart csv;
};

// Writes the PCA part of a part, and makes its lines of CSV. `model_sha256`: of the PCA model's file; it is in the file name.
ProjectedPart project_part(const Location& output, const ManifestPart& part, const PcaModel& model, const std::string& model_sha256,
                           const ProjectOptions& options, const SampleOrder& order);

using TakeSample = std::function<void(std::size_t part, PartSample sample)>;  // called with the parts in order, one at a time

// For each part, and sets its `pca` and `maybe_csv` entries. Writes the CSV matrix, and describes matrix.csv if that is the layout.
std::optional<ManifestFile> project_parts(const Location& output, std::vector<ManifestPart>& parts, const PcaModel& model,
                                          const std::string& model_sha256, const ProjectOptions& options, const TakeSample& take,
                                          Progress& progress);

}  // namespace coulis
