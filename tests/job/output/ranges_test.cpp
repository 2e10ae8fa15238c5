#include "job/output/ranges.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace coulis {
namespace {

using Numbers = std::vector<std::uint32_t>;

TEST(Ranges, AreReadBack) {
  const std::vector<std::pair<std::string, Numbers>> cases = {
      {"0", {0}}, {"3-5", {3, 4, 5}}, {"0,2,4", {0, 2, 4}}, {"1-2,7,9-10", {1, 2, 7, 9, 10}}, {"4294967294", {4294967294}}};
  for (const auto& [text, numbers] : cases) {
    EXPECT_EQ(to_ranges(numbers), text);
    EXPECT_EQ(parse_ranges(text, std::uint64_t{1} << 32), numbers) << text;
  }
  EXPECT_EQ(to_ranges({}), "");
}

TEST(Ranges, ThatAreNoneAreRefused) {
  for (const std::string text :
       {"", "-", "1-", "-1", "2-1", "1,1", "2,1", "1-3,3", "1,,2", "1,", " 1", "1 ", "a", "10", "0-10", "99999999999"}) {
    EXPECT_EQ(parse_ranges(text, 10), std::nullopt) << text;
  }
  EXPECT_EQ(parse_ranges("0-4294967295", std::uint64_t{1} << 60), std::nullopt);  // nobody has to hold them
}

}  // namespace
}  // namespace coulis
