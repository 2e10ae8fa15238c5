#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/simd.hpp"
#include "core/network/network.hpp"
#include "tests/core/network/bf16_test.hpp"
#include "tests/core/network/reference_network.hpp"
#include "tests/core/network/small_model.hpp"

namespace coulis {
namespace {

using Bf16Network = fused::bf16::OnBf16Cpu;

// Every geometry of the executor: padding, sources of rows, kernels, strides, sizes below a window.
const SmallModelOptions kOptions[] = {{},
                                      {.padding = "symmetric"},
                                      {.first_block_expands = true},
                                      {.head = false},
                                      {.width_px = 32, .height_px = 40, .stem_stride = 1},
                                      {.width_px = 1, .height_px = 1},
                                      {.width_px = 3, .height_px = 70},
                                      {.width_px = 130, .height_px = 2, .padding = "symmetric"}};

TEST_F(Bf16Network, IsWithinTwoPercentOfPlainLoops) {
  for (std::size_t i = 0; i < std::size(kOptions); ++i) {
    SCOPED_TRACE(testing::Message() << "options " << i);
    const Model model = parse_model(make_small_model(kOptions[i]).to_bytes(), "small");
    Image image(model.card.preprocessing.resize.width_px, model.card.preprocessing.resize.height_px);
    std::mt19937 generator(7);
    for (std::size_t k = 0; k < image.size_bytes(); ++k) image.data()[k] = static_cast<std::uint8_t>(generator() >> 11);
    const std::vector<double> expected = run_reference(model, image.view()).features;
    const double largest = *std::max_element(expected.begin(), expected.end());
    ASSERT_GT(largest, 0.1) << "features of zero would prove nothing";
    std::vector<float> row(expected.size());
    make_network_factory(model, Precision::kBf16)->make()->features(image.view(), row);
    for (std::size_t k = 0; k < row.size(); ++k) EXPECT_NEAR(row[k], expected[k], 0.02 * largest) << "feature " << k;
  }
}

TEST(Bf16, RefusesALowerSimdLevelInOneSentenceWithARemedy) {
  const Model model = load_model("");
  limit_simd(SimdLevel::kPortable);
  try {
    make_network_factory(model, Precision::kBf16);
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_NE(std::string(error.remedy()).find("--precision fp32"), std::string::npos);
  }
  limit_simd(SimdLevel::kBest);
}

}  // namespace
}  // namespace coulis
