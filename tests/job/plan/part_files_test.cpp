// The names of part files: ours are read, all others are nobody's business.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "job/plan/plan.hpp"
#include "tests/job/temporary_folder.hpp"

namespace coulis {
namespace {

const std::string kPrint = "0123456789abcdef0123456789abcdef";

TEST(PartFileName, HasFiveDigitsOrMore) {
  EXPECT_EQ(part_file_name(7, kPrint, "snappy"), "part-00007-" + kPrint + ".snappy.parquet");
  EXPECT_EQ(part_file_name(123'456, kPrint, "zstd"), "part-123456-" + kPrint + ".zstd.parquet");
}

TEST(PartFileName, IsTheKeyBelowFeatures) {
  Part part;
  part.number = 3;
  part.fingerprint = kPrint;
  EXPECT_EQ(part.file_key("snappy"), "features/part-00003-" + kPrint + ".snappy.parquet");
}

TEST(ListPartFiles, FindsOurNamesInOrderOfTheirNumbers) {
  const TemporaryFolder folder;
  for (const std::uint64_t number : {11U, 2U, 0U, 99'999U, 100'000U}) folder.write("features/" + part_file_name(number, kPrint, "snappy"));
  folder.write("features/" + part_file_name(1, kPrint, "zstd"));
  folder.write("pca/" + part_file_name(5, kPrint, "snappy"));
  std::vector<std::uint64_t> numbers;
  for (const PartFile& file : list_part_files(folder.location(), "features")) {
    numbers.push_back(file.number);
    EXPECT_EQ(file.fingerprint, kPrint);
    EXPECT_TRUE(folder.location().has(file.key)) << file.key;
  }
  EXPECT_EQ(numbers, (std::vector<std::uint64_t>{0, 1, 2, 11, 99'999, 100'000}));
}

TEST(ListPartFiles, FindsNothingBeforeTheFirstRun) {
  const TemporaryFolder folder;
  EXPECT_TRUE(list_part_files(folder.location(), "features").empty());
  EXPECT_TRUE(list_part_files(Location(folder.path_of("missing")), "features").empty());
}

// A run removes part files that its manifest does not name: what only looks like one must not be among them.
TEST(ListPartFiles, LeavesForeignNamesAlone) {
  const TemporaryFolder folder;
  const std::string ours = part_file_name(7, kPrint, "snappy");
  const std::vector<std::string> foreign = {
      "README.md",
      "my-" + ours,
      ours + ".bak",
      "backup/" + ours,
      "part-7-" + kPrint + ".snappy.parquet",
      "part-00007-" + kPrint + ".parquet",
      "part-00007-" + kPrint + ".gzip.parquet",
      "part-00007-" + kPrint + " (copy).snappy.parquet",
      "part-00007-" + kPrint + "0.snappy.parquet",
      "part-00007-" + kPrint.substr(1) + ".snappy.parquet",
      "part-00007-0123456789ABCDEF0123456789ABCDEF.snappy.parquet",
      "part--0007-" + kPrint + ".snappy.parquet",
      "part-+0007-" + kPrint + ".snappy.parquet",
      "part-99999999999999999999-" + kPrint + ".snappy.parquet",
      "part-00007",
      "part-",
  };
  for (const std::string& name : foreign) folder.write("features/" + name);
  for (const PartFile& file : list_part_files(folder.location(), "features")) ADD_FAILURE() << file.key;
}

}  // namespace
}  // namespace coulis
