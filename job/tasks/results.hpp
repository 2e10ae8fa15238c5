// The results of a cluster's tasks, and their bytes. An error is a result too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/moments/moments_tree.hpp"
#include "job/features/featurize.hpp"
#include "job/reduce/committed.hpp"
#include "job/reduce/reduce.hpp"
#include "job/tasks/orders.hpp"

namespace coulis {

struct TaskTime {  // by the clock of the machine
  std::string machine;
  double begin_s = 0;
  double end_s = 0;
  int threads = 1;
};

struct FeaturesResult {
  std::uint64_t part = 0;
  StageSeconds seconds;
  TaskTime time;
};

struct MomentsResult {
  std::uint64_t node = 0;            // of the tree of moments: one level above the moments that were merged
  std::vector<CommittedPart> parts;  // by number; without their moments
  Moments moments;                   // of all of them
};

struct ProjectionResult {
  struct Written {
    std::uint64_t part = 0;
    ProjectedPart projected;
  };
  std::vector<Written> parts;
};

struct TablesResult {
  std::uint64_t piece = 0;
  std::string receipt;  // of the storage
};

struct TaskError {
  TaskKind stage = TaskKind::kFeatures;
  std::uint64_t part = 0;
  std::string worker;  // the machine
  ErrorCode code = ErrorCode::kRunFailed;
  std::string message;
  std::string remedy;
};

std::string to_bytes(const FeaturesResult& result);
std::string to_bytes(const MomentsResult& result);
std::string to_bytes(const ProjectionResult& result);
std::string to_bytes(const TablesResult& result);
std::string to_bytes(const TaskError& error);

// Throw the task's error if the bytes are a TaskError, and Error(kRunFailed) for bytes of another version.
FeaturesResult parse_features_result(std::string_view bytes);
MomentsResult parse_moments_result(std::string_view bytes);
ProjectionResult parse_projection_result(std::string_view bytes);
TablesResult parse_tables_result(std::string_view bytes);

std::optional<TaskError> maybe_error(std::string_view result);
std::string describe(const TaskError& error);  // "part 7 failed on worker node-3: ..."
TaskError make_task_error(const OrderName& order, ErrorCode code, const std::string& message,
                          const std::string& remedy);  // on this machine
std::string machine_name();
// Throws Error(kRunFailed) unless the part has a result: a cluster may have lost it.
void require_part(bool found, std::uint64_t part, TaskKind kind);

// Merges results of moments up to the root of their tree, each when it comes: together they may be gigabytes.
class MomentsSum {
 public:
  explicit MomentsSum(const std::vector<PartFile>& files);  // of all parts

  // Each part once, in a result of any level. Throws Error(kRunFailed) for others.
  void add(MomentsResult result);
  Committed take() &&;  // throws Error(kRunFailed) if a part is missing

 private:
  std::vector<std::uint64_t> numbers_;  // of the parts
  MomentsTree tree_;
  std::vector<CommittedPart> parts_;
};

// Adds the next sibling, by number, to its parent's result, which
// starts empty. Throws Error(kRunFailed) if it is not a sibling.
void add_sibling(std::optional<MomentsResult>& parent, MomentsResult sibling);

// The sum over the machines of the most cores that worked at once, each by the machine's own clock.
int cores_at_work(const std::vector<TaskTime>& times);

}  // namespace coulis
