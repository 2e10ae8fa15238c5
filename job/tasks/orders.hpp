// Orders for the tasks of a cluster, and their bytes. A stage
// has one order for all of its tasks, and one for each task.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/enum_names.hpp"
#include "job/options/options.hpp"
#include "job/plan/plan.hpp"
#include "job/reduce/part_sample.hpp"

namespace coulis {

enum class TaskKind { kFeatures, kMoments, kProjection, kTables };

template <>
struct EnumNames<TaskKind> {
  static constexpr std::string_view kWhat = "kind of task";
  static constexpr std::array<std::pair<TaskKind, std::string_view>, 4> kAll = {{{TaskKind::kFeatures, "features"},
                                                                                 {TaskKind::kMoments, "moments"},
                                                                                 {TaskKind::kProjection, "projection"},
                                                                                 {TaskKind::kTables, "tables"}}};
};

// The order for all tasks of a stage. It holds all options, so that no task fills in a default of its own.
struct StageOrder {
  TaskKind kind = TaskKind::kFeatures;
  RunOptions options;
  std::string settings;    // of features: what a worker must compute with
  std::string pca_sha256;  // of projections: of the PCA model in OUTPUT
};

struct FeaturesOrder {  // compute a part and commit it
  Part part;
};

struct MomentsOrder {  // read committed parts back; they are siblings in the tree of moments
  std::vector<PartFile> parts;
};

struct ProjectionOrder {  // write the PCA parts of committed parts, and return what the report shows of them
  std::vector<PartFile> parts;
  std::vector<SampleOrder> samples;  // [parts]
};

struct TablesOrder {  // write a piece of matrix.csv: the lines of projected parts, with the header line in front of the first part's
  std::vector<PartFile> parts;  // files of the PCA
  std::string ticket;           // of the pieces, by the driver
  std::uint64_t number = 0;     // of the piece
  std::uint64_t offset = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t k = 0;
};

std::string to_bytes(const StageOrder& order);
std::string to_bytes(const FeaturesOrder& order);
std::string to_bytes(const MomentsOrder& order);
std::string to_bytes(const ProjectionOrder& order);
std::string to_bytes(const TablesOrder& order);

// Throw Error(kRunFailed) for bytes of another version. `stage` has the options that decide the names of part files.
StageOrder parse_stage_order(std::string_view bytes);
FeaturesOrder parse_features_order(std::string_view bytes);
MomentsOrder parse_moments_order(std::string_view bytes, const StageOrder& stage);
ProjectionOrder parse_projection_order(std::string_view bytes, const StageOrder& stage);
TablesOrder parse_tables_order(std::string_view bytes);

// The name of an order, also of one that cannot be worked on.
struct OrderName {
  TaskKind kind = TaskKind::kFeatures;
  std::uint64_t first_part = 0;
};
OrderName name_of_order(std::string_view bytes);

}  // namespace coulis
