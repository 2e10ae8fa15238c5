// run: the whole flow, from a folder of photos to a finished OUTPUT.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "job/plan/manifest.hpp"
#include "job/plan/plan.hpp"
#include "job/run/options.hpp"
#include "job/run/part_executor.hpp"
#include "job/run/progress.hpp"
#include "job/storage/location.hpp"

namespace coulis {

struct Summary {
  Manifest manifest;
  std::uint64_t computed = 0;  // images whose features this run computed
  bool up_to_date = false;     // nothing had changed, nothing was done
};

// `pca_file`: a PCA to project through instead of fitting one. Throws Error; whatever happens, what is committed stays and the
// same call goes on from there.
Summary run(const RunOptions& options, const std::optional<std::string>& pca_file, const std::atomic<bool>& interrupted, Progress& progress,
            PartExecutor& executor);
Summary run(const RunOptions& options, const std::optional<std::string>& pca_file, const std::atomic<bool>& interrupted,
            Progress& progress);  // on threads

// PCA again from the features of a finished OUTPUT, with other options. Throws Error(kRunFailed) if it is not finished.
Summary refit(const Location& output, const PcaOptions& options, int threads, Progress& progress);

// What run() would do, without doing it.
struct Preview {
  Listing listing;
  Plan plan;
  std::vector<std::string> warnings;  // of labels
};
Preview preview(const RunOptions& options);

}  // namespace coulis
