// run: the whole flow, from a folder of photos to a finished OUTPUT.
#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <vector>

#include "job/options/options.hpp"
#include "job/output/manifest.hpp"
#include "job/plan/plan.hpp"
#include "job/run/part_executor.hpp"
#include "job/storage/location.hpp"
#include "job/threads/progress.hpp"

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

// These start from the options of the run that OUTPUT holds and change those that are `given`. Throw Error(kRunFailed) if there is none.
Summary refit(const Location& output, const OptionTexts& given, Progress& progress);        // PCA again; of a finished OUTPUT only
void rewrite_report(const Location& output, const OptionTexts& given, Progress& progress);  // report.html again

// The options of the run that fitted this PCA, if its OUTPUT is still around the file: what `project` starts from.
RunOptions options_around(const std::string& pca_file, const StorageOptions& storage);

// What run() would do, without doing it.
struct Preview {
  Location input;
  Listing listing;  // without its images: the plan has them
  Plan plan;
  Model model;
  std::vector<std::string> warnings;  // of labels
  double list_seconds = 0;
};
Preview preview(const RunOptions& options);

}  // namespace coulis
