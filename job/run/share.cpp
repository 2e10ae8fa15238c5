#include "job/run/share.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/base/counted.hpp"
#include "core/base/error.hpp"
#include "job/plan/sample.hpp"
#include "job/report/report_output.hpp"
#include "job/run/part_stages.hpp"
#include "job/run/run.hpp"

namespace coulis {

ShareSummary run_share(const RunOptions& options, const Share& share, const std::atomic<bool>& interrupted, Progress& progress) {
  if (options.features.fresh) {
    throw Error(ErrorCode::kUsage, "--fresh and --share exclude each other: each share would recompute the others' parts",
                "use another OUTPUT, or remove this one first");
  }
  Preview all = preview(options);
  const Location& input = all.input;
  const Location output = Location(options.output, options.storage).beside(input);
  Manifest manifest;  // holds what the features need, and is not written
  manifest.settings = settings_of(options, input, all.model.card);
  manifest.listed = all.plan.images();
  choose_sample(all.plan, input, LabelRule(options.listing), kMostReportPhotos);
  const Plan plan = take_share(std::move(all.plan), share);
  ShareSummary summary{plan.parts.size(), plan.images(), 0};
  progress.say(fmt::format("share {}/{}: {} in {}: {} done, {} to do", share.index, share.count, counted(summary.images, "photo"),
                           counted(summary.parts, "part"), summary.parts - plan.parts_to_do(), plan.parts_to_do()));
  if (plan.parts_to_do() == 0) return summary;
  output.remove(kSuccessKey);  // as a run does first
  PartExecutor threads_here;
  compute_features(plan, {options, input, output, all.model, interrupted, threads_here, progress}, nullptr, manifest);
  summary.computed = manifest.computed;
  return summary;
}

}  // namespace coulis
