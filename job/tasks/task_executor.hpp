// TaskExecutor: processes the parts of a run as tasks of any cluster.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "job/options/options.hpp"
#include "job/run/part_executor.hpp"
#include "job/tasks/orders.hpp"

namespace coulis {

struct TaskOrder {           // of one task
  std::uint64_t number = 0;  // of features: the part; of moments: the node of their tree; of a projection: a counter
  std::string bytes;
};

struct TaskStage {
  TaskKind kind = TaskKind::kFeatures;
  std::size_t parts = 0;
  std::string model;   // the run's path: a worker may have the file elsewhere
  std::string shared;  // the StageOrder, as bytes
  std::size_t orders = 0;
  std::function<TaskOrder()> next_order;  // to be called that often: all orders together are as large as the plan
};

using TakeResult = std::function<void(std::string result)>;

// Has a TaskWorker work on each order, on any machine, and calls take() with each result, in any order, one at a time. A worker
// may die, and an order may be worked on twice. Results of moments may be merged on the way, with add_sibling().
using RunStage = std::function<void(TaskStage stage, const TakeResult& take)>;

class TaskExecutor final : public PartExecutor {
 public:
  TaskExecutor(RunOptions options, RunStage run_stage);

  StageSeconds featurize(const Plan& plan, const FeaturizeContext& context, Progress& progress) override;
  Committed read_committed(const Location& input, const Location& output, const std::vector<PartFile>& files, int threads,
                           Progress& progress) override;
  std::optional<ManifestFile> project_parts(const Location& output, std::vector<ManifestPart>& parts, const PcaModel& model,
                                            const std::string& model_sha256, const ProjectOptions& options, const TakeSample& take,
                                            Progress& progress) override;

 private:
  void write_pieces(const Location& output, std::vector<TablesOrder> pieces, std::size_t parts);  // of matrix.csv
  void run(StageOrder order, std::size_t parts, std::vector<TaskOrder> orders, const TakeResult& take);
  void run(StageOrder order, std::size_t parts, std::size_t orders, std::function<TaskOrder()> next_order, const TakeResult& take);

  RunOptions options_;
  RunStage run_stage_;
};

// Groups parts with consecutive numbers and the same parent, at most `count` in a group.
std::vector<std::vector<PartFile>> group_neighbours(const std::vector<PartFile>& files, std::uint64_t count);

}  // namespace coulis
