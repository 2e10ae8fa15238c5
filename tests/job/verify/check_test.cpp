#include <gtest/gtest.h>

#include <string>

#include "job/verify/verify.hpp"
#include "tests/job/temporary_folder.hpp"

namespace coulis {
namespace {

TEST(CheckEnvironment, LooksAtTheModelTheCpuAndEachLocation) {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  const auto items = check_environment({folder.path(), folder.path_of("missing"), "ftp://bucket"}, {});
  ASSERT_EQ(items.size(), 5U);
  EXPECT_EQ(items[0].name, "model");
  EXPECT_TRUE(items[0].ok) << items[0].text;
  EXPECT_EQ(items[1].name, "cpu");
  EXPECT_TRUE(items[2].ok);
  EXPECT_NE(items[2].text.find("1 file, can be read and written"), std::string::npos) << items[2].text;
  EXPECT_FALSE(items[3].ok);
  EXPECT_FALSE(items[4].ok);
}

// They go into JSON, which holds text only.
TEST(CheckEnvironment, NamesOddLocationsInAFormThatCanBePrinted) {
  EXPECT_EQ(check_environment({"/missing/\xff"}, {}).back().name, "/missing/\\xff");
}

}  // namespace
}  // namespace coulis
