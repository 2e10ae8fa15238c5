#include "core/network/fused/int8/kernels.hpp"

#include <gtest/gtest.h>

#include "core/base/simd.hpp"
#include "tests/core/network/every_level.hpp"

namespace coulis::fused::int8 {
namespace {

#if defined(__x86_64__)
TEST(Int8Kernels, ACpuWithoutTheDotProductTakesAvx2) {
  EXPECT_EQ(choose_kernels("avx512", DotProduct::kExact).depthwise, vnni_depthwise());
  EXPECT_EQ(choose_kernels("avx512", DotProduct::kMissing).depthwise, avx2_depthwise());
  EXPECT_EQ(choose_kernels("avx512", DotProduct::kMissing).name, "avx2");
}

TEST(Int8Kernels, ACpuWhoseDotProductIsWrongTakesAvx2AndSaysSo) {
  const Kernels kernels = choose_kernels("avx512", DotProduct::kWrong);
  EXPECT_EQ(kernels.depthwise, avx2_depthwise());
  EXPECT_EQ(kernels.pointwise.compute_panel, avx2_pointwise().compute_panel);
  EXPECT_NE(kernels.name.find("compute wrong"), std::string_view::npos);
}

TEST(Int8Kernels, ALowerLimitIsKeptOnACpuThatCouldDoMore) {
  EXPECT_EQ(choose_kernels("avx2", DotProduct::kExact).name, "avx2");
  EXPECT_EQ(choose_kernels("portable", DotProduct::kExact).name, "portable");
}
#endif

TEST(Int8Kernels, TheDotProductOfThisCpuIsExact) {
  on_every_level([] { EXPECT_EQ(find_kernels().name.find("wrong"), std::string_view::npos); });
}

}  // namespace
}  // namespace coulis::fused::int8
