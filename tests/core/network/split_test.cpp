#include "core/network/fused/split.hpp"

#include <gtest/gtest.h>

namespace coulis::fused {
namespace {

void expect_parts(const Split& split, int count, int most) {
  int sum = 0;
  for (int i = 0; i < split.parts; ++i) {
    EXPECT_GE(split.size(i), 1);
    EXPECT_LE(split.size(i), most);
    sum += split.size(i);
  }
  EXPECT_EQ(sum, count);
}

TEST(Split, PartsOfNearlyEqualSizeAddUp) {
  for (int most = 1; most <= 14; ++most) {
    for (int count = 0; count <= 60; ++count) {
      SCOPED_TRACE(testing::Message() << count << " in parts of at most " << most);
      const Split split = split_evenly(count, most);
      expect_parts(split, count, most);
      EXPECT_EQ(split.parts, (count + most - 1) / most) << "no more parts than needed";
      EXPECT_LE(split.size(0) - split.size(split.parts - 1), 1);
    }
  }
}

TEST(Split, PartsButTheLastAreWholeGroups) {
  for (int most = 4; most <= 14; ++most) {
    for (int count = 1; count <= 60; ++count) {
      SCOPED_TRACE(testing::Message() << count << " in parts of at most " << most);
      const Split split = split_by_groups(count, most, 4);
      expect_parts(split, count, most);
      for (int i = 0; i + 1 < split.parts; ++i) EXPECT_EQ(split.size(i), most / 4 * 4);
    }
  }
}

}  // namespace
}  // namespace coulis::fused
