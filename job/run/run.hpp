// run: everything from photos to a finished OUTPUT.
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
  bool up_to_date = false;     // nothing had changed, so nothing was recomputed
};

// `pca_file`: a PCA to project with instead of fitting one. Throws Error.
// Committed parts stay in any case, and the same call resumes from them.
Summary run(const RunOptions& options, const std::optional<std::string>& pca_file, const std::atomic<bool>& interrupted, Progress& progress,
            PartExecutor& executor);
Summary run(const RunOptions& options, const std::optional<std::string>& pca_file, const std::atomic<bool>& interrupted,
            Progress& progress);  // on threads

// These start from the options of the run that OUTPUT holds and change those that are `given`. Throw Error(kRunFailed) if there is none.
Summary refit(const Location& output, const OptionTexts& given, Progress& progress);        // needs a finished OUTPUT
void rewrite_report(const Location& output, const OptionTexts& given, Progress& progress);  // needs a finished OUTPUT

// The options of the run that fitted this PCA, if the file is still in its OUTPUT: the defaults of `project`.
RunOptions options_around(const std::string& pca_file, const StorageOptions& storage);

// What run() would do, without doing it.
struct Preview {
  Location input;
  Listing listing;  // without its images, which are in the plan
  Plan plan;
  Model model;
  std::vector<std::string> warnings;  // about labels
  double list_seconds = 0;
};
Preview preview(const RunOptions& options);

}  // namespace coulis
