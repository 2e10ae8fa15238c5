#include "core/base/simd.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/base/error.hpp"

namespace coulis {
namespace {

class Simd : public testing::Test {
 protected:
  void TearDown() override { limit_simd(SimdLevel::kBest); }
};

TEST_F(Simd, NamesAreReadAsLevels) {
  EXPECT_EQ(parse_simd_level("portable"), SimdLevel::kPortable);
  EXPECT_EQ(parse_simd_level("avx2"), SimdLevel::kAvx2);
  EXPECT_EQ(parse_simd_level("avx512"), SimdLevel::kAvx512);
  EXPECT_EQ(parse_simd_level("best"), SimdLevel::kBest);
}

TEST_F(Simd, AnUnknownNameIsAUsageErrorThatListsTheChoices) {
  for (const std::string_view name : {"", "AVX2", "avx", "sse4", "best "}) {
    try {
      parse_simd_level(name);
      ADD_FAILURE() << "accepted '" << name << "'";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      EXPECT_NE(error.remedy().find("avx512"), std::string::npos);
    }
  }
}

TEST_F(Simd, EachSupportedLevelCanBeForced) {
  const auto levels = supported_simd_levels();
  ASSERT_FALSE(levels.empty());
  EXPECT_EQ(levels.front(), SimdLevel::kPortable);
  for (const SimdLevel level : levels) {
    limit_simd(level);
    EXPECT_EQ(parse_simd_level(simd_in_use()), level);
  }
}

TEST_F(Simd, BestLiftsTheLimit) {
  const std::string before(simd_in_use());
  limit_simd(SimdLevel::kPortable);
  EXPECT_EQ(simd_in_use(), "portable");
  limit_simd(SimdLevel::kBest);
  EXPECT_EQ(simd_in_use(), before);
}

}  // namespace
}  // namespace coulis
