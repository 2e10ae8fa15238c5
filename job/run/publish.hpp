// publish: from the committed features to a finished OUTPUT. Shared by run and fit.
#pragma once

#include <optional>
#include <string>

#include "core/pca/model_file.hpp"
#include "core/pca/pca.hpp"
#include "job/options/due.hpp"
#include "job/options/options.hpp"
#include "job/output/manifest_parts.hpp"
#include "job/reduce/committed.hpp"
#include "job/run/part_executor.hpp"
#include "job/threads/progress.hpp"

namespace coulis {

struct PcaRequest {
  PcaOptions options;
  std::optional<PcaFile> given{};  // project with this PCA instead of fitting one
  std::string given_sha256{};
};

std::string describe(const PcaRequest& request);  // "k=50", "variance=0.95", "given <sha256>": for the manifest

// Reduces, writes tables, manifest, report and, last, _SUCCESS; removes what no longer belongs. `manifest` comes with what is known of
// the run; the rest is filled in. Throws Error(kTooManyBad) when no photo is left to reduce, after the errors table is written.
Manifest publish(const Location& output, Committed committed, const PcaRequest& request, Manifest manifest, const TableMetadata& provenance,
                 const RunOptions& options, PartExecutor& executor, Progress& progress);

// Rewrite the CSV files or the report from the files of OUTPUT. `manifest`: of that OUTPUT.
Manifest publish_again(const Location& output, Manifest manifest, Due due, const RunOptions& options, Progress& progress);

}  // namespace coulis
