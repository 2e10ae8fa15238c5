#include "core/base/simd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "tests/cpu.hpp"

namespace coulis {
namespace {

#ifdef __aarch64__
constexpr std::string_view kBaseline = "neon";  // every 64-bit ARM has it
#else
constexpr std::string_view kBaseline = "portable";
#endif

class Simd : public testing::Test {
 protected:
  void TearDown() override { limit_simd(SimdLevel::kBest); }
};

TEST_F(Simd, NamesAreReadAsLevels) {
  EXPECT_EQ(parse_enum<SimdLevel>("portable"), SimdLevel::kPortable);
  EXPECT_EQ(parse_enum<SimdLevel>("avx2"), SimdLevel::kAvx2);
  EXPECT_EQ(parse_enum<SimdLevel>("avx512"), SimdLevel::kAvx512);
  EXPECT_EQ(parse_enum<SimdLevel>("best"), SimdLevel::kBest);
}

TEST_F(Simd, AnUnknownNameIsAUsageErrorThatListsTheChoices) {
  for (const std::string_view name : {"", "AVX2", "avx", "sse4", "best "}) {
    try {
      parse_enum<SimdLevel>(name);
      ADD_FAILURE() << "accepted '" << name << "'";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      EXPECT_NE(error.remedy().find("avx512"), std::string::npos);
    }
  }
}

TEST_F(Simd, EachLevelOfTheCpuCanBeForced) {
  for (const SimdLevel level : simd_levels_of_cpu()) {
    limit_simd(level);
    EXPECT_EQ(simd_in_use(), level == SimdLevel::kPortable ? kBaseline : level == SimdLevel::kAvx2 ? "avx2" : "avx512");
  }
}

TEST_F(Simd, BestIsTheHighestLevelOfTheCpu) {
  const std::string best(simd_in_use());
  limit_simd(simd_levels_of_cpu().back());
  EXPECT_EQ(simd_in_use(), best);
}

TEST_F(Simd, ALevelThatTheCpuLacksIsAUsageError) {
#if defined(__x86_64__)
  const std::vector<SimdLevel> levels = simd_levels_of_cpu();
  for (const SimdLevel level : {SimdLevel::kAvx2, SimdLevel::kAvx512}) {
    if (std::find(levels.begin(), levels.end(), level) == levels.end()) EXPECT_THROW(limit_simd(level), Error);
  }
#endif
}

TEST_F(Simd, BestLiftsTheLimit) {
  const std::string before(simd_in_use());
  limit_simd(SimdLevel::kPortable);
  EXPECT_EQ(simd_in_use(), kBaseline);
  limit_simd(SimdLevel::kBest);
  EXPECT_EQ(simd_in_use(), before);
}

}  // namespace
}  // namespace coulis
