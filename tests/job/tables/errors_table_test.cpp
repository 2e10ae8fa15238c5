#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "job/tables/tables.hpp"
#include "tests/job/tables/example_tables.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

TEST(ErrorsTable, ReadsBackAsItWasWithZeroOneAndManyRows) {
  for (const std::size_t rows : {0U, 1U, 300U}) {
    const std::vector<ErrorRow> errors = make_errors(rows);
    const std::vector<ErrorRow> back = read_errors_parquet(write_errors_parquet(errors, Compression::kSnappy, {{"a", "b"}}), "that file");
    ASSERT_EQ(back.size(), rows);
    for (std::size_t i = 0; i < rows; ++i) {
      EXPECT_EQ(back[i].path, errors[i].path);
      EXPECT_EQ(back[i].stage, errors[i].stage);
      EXPECT_EQ(back[i].code, errors[i].code);
      EXPECT_EQ(back[i].message, errors[i].message);
      EXPECT_EQ(back[i].size_bytes, errors[i].size_bytes);
    }
  }
}

TEST(ErrorsTable, CarriesItsMetadata) {
  const TableMetadata metadata = {{"coulis.settings", "x=1\n"}};
  EXPECT_EQ(read_table_metadata(write_errors_parquet({}, Compression::kZstd, metadata), "that file"), metadata);
}

TEST(ErrorsTable, IsNotATableOfRows) {
  const Bytes bytes = write_row_table(make_table(2, 3), "features", Compression::kSnappy);
  EXPECT_EQ(thrown_error([&] { read_errors_parquet(bytes, "that file"); }).code(), ErrorCode::kRunFailed);
}

}  // namespace
}  // namespace coulis
