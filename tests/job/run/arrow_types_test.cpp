// Arrow's process-wide types are made here, before any test has threads: the pyarrow wheel is built without ThreadSanitizer, which would
// otherwise not see the guards and atomics that make them once, and report a race that is none.
#include <gtest/gtest.h>

#include "job/tables/tables.hpp"

namespace coulis {
namespace {

class ArrowTypes : public testing::Environment {
 public:
  void SetUp() override {
    RowTable table;
    table.width = 1;
    table.paths = {"path"};
    table.labels = {"label"};
    table.values = {1.0F};
    read_row_table(write_row_table(table, kFeaturesColumn, Compression::kSnappy), kFeaturesColumn, "a table");
    read_errors_parquet(write_errors_parquet({}, Compression::kZstd, {}), "a table");
  }
};

// GoogleTest deletes it.
[[maybe_unused]] const testing::Environment* const kArrowTypes = testing::AddGlobalTestEnvironment(new ArrowTypes);

}  // namespace
}  // namespace coulis
