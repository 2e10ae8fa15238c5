// publish: from the committed features to a finished OUTPUT. What run and refit share.
#pragma once

#include <optional>
#include <string>

#include "core/pca/model_file.hpp"
#include "core/pca/pca.hpp"
#include "job/output/manifest.hpp"
#include "job/reduce/committed.hpp"
#include "job/reduce/reduce.hpp"
#include "job/report/options.hpp"
#include "job/run/part_executor.hpp"

namespace coulis {

struct PcaRequest {
  PcaOptions options;
  std::optional<PcaFile> given;  // project through this one instead of fitting
  std::string given_sha256;
};

std::string describe(const PcaRequest& request);  // "k=50", "variance=0.95", "given <sha256>": for the manifest

// Reduces, writes tables, manifest, report and, last, _SUCCESS; removes what no longer belongs. `manifest` comes with what is known of
// the run; the rest is filled in. Throws Error(kTooManyBad) when no image is left to reduce, after the errors table is written.
Manifest publish(const Location& output, Committed committed, const PcaRequest& request, Manifest manifest, const TableMetadata& provenance,
                 const ReduceOptions& options, const ReportOptions& report, PartExecutor& executor, Progress& progress);

}  // namespace coulis
