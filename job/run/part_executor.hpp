// PartExecutor: processes the parts of a run on threads of this
// process, or as tasks of a cluster, with the same results.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "job/features/featurize.hpp"
#include "job/reduce/committed.hpp"
#include "job/reduce/reduce.hpp"

namespace coulis {

// By default: the functions of the same names, on threads.
class PartExecutor {
 public:
  PartExecutor() = default;
  virtual ~PartExecutor() = default;
  PartExecutor(const PartExecutor&) = delete;
  PartExecutor& operator=(const PartExecutor&) = delete;

  virtual StageSeconds featurize(const Plan& plan, const FeaturizeContext& context, Progress& progress) {
    return coulis::featurize(plan, context, progress);
  }
  virtual Committed read_committed(const Location& input, const Location& output, const std::vector<PartFile>& files, int threads,
                                   Progress& progress) {
    return coulis::read_committed(input, output, files, threads, progress);
  }
  // `model` is already in OUTPUT, under `model_sha256`.
  virtual std::optional<ManifestFile> project_parts(const Location& output, std::vector<ManifestPart>& parts, const PcaModel& model,
                                                    const std::string& model_sha256, const ProjectOptions& options, const TakeSample& take,
                                                    Progress& progress) {
    return coulis::project_parts(output, parts, model, model_sha256, options, take, progress);
  }
};

}  // namespace coulis
