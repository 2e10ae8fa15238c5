#include "core/resample/passes.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/base/simd.hpp"
#include "tests/cpu.hpp"

namespace coulis {
namespace {

constexpr Filter kWeighingFilters[] = {Filter::kBilinear, Filter::kBicubic, Filter::kLanczos};
constexpr std::size_t kGuardBytes = 80;

enum class Content { kRandom, kExtreme };

// Ends exactly where its pixels end, so that a sanitizer sees a load behind them.
std::vector<std::uint8_t> make_pixels(int width, int height, Content content) {
  std::mt19937 random(static_cast<unsigned>(width * 7919 + height));
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (auto& byte : pixels) {
    const unsigned value = random() >> 24U;
    byte = static_cast<std::uint8_t>(content == Content::kRandom ? value : (value >> 7U) * 255U);
  }
  return pixels;
}

// Highway's targets rather than SimdLevel: AVX-512 without VNNI is a path of its own.
struct Level {
  std::string name;
  std::int64_t targets;
};

constexpr std::int64_t kBaseline = HWY_STATIC_TARGET;

std::vector<Level> levels_of_cpu() {
  std::vector<Level> levels = {{"portable", kBaseline}};
  for (const SimdLevel level : simd_levels_of_cpu()) {
    if (level == SimdLevel::kAvx2) levels.push_back({"avx2", HWY_AVX2 | kBaseline});
    if (level != SimdLevel::kAvx512) continue;
    levels.push_back({"avx512_without_vnni", HWY_AVX3 | kBaseline});
    const bool whole = cpu_has({"avx512_bitalg", "avx512_vbmi2", "avx512_vnni", "avx512_vpopcntdq", "avx512vbmi", "gfni", "vaes"});
    if (whole) levels.push_back({"avx512", HWY_AVX3_DL | kBaseline});
  }
  return levels;
}

class PassesAt : public testing::TestWithParam<Level> {
 protected:
  void SetUp() override {
    hwy::SetSupportedTargetsForTest(GetParam().targets);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  }
  void TearDown() override { limit_simd(SimdLevel::kBest); }
};

using Pass = std::function<void(const Weights&, const ImageView&, std::uint8_t*)>;

// Also that nothing is written behind the target.
void expect_same_bytes(const Pass& simd, const Pass& scalar, const Weights& weights, const ImageView& source, std::size_t target_bytes) {
  std::vector<std::uint8_t> expected(target_bytes + kGuardBytes, 0xAB), actual(target_bytes + kGuardBytes, 0xAB);
  scalar(weights, source, expected.data());
  simd(weights, source, actual.data());
  EXPECT_EQ(actual, expected);
}

const std::vector<std::pair<int, int>> kAxes = {{1, 1},     {1, 9},   {2, 224}, {9, 1},   {40, 41},  {41, 40},  {100, 224},
                                                {224, 100}, {63, 65}, {90, 30}, {400, 5}, {700, 64}, {30, 350}, {22, 23}};
constexpr int kAcross[] = {1, 2, 3, 5, 21, 22, 43, 65};

TEST_P(PassesAt, over_rows_equal_the_plain_definition) {
  for (const Filter filter : kWeighingFilters) {
    for (const auto& [in_px, out_px] : kAxes) {
      const Weights weights = compute_weights(in_px, out_px, filter);
      for (const int height : kAcross) {
        for (const Content content : {Content::kRandom, Content::kExtreme}) {
          SCOPED_TRACE(testing::Message() << in_px << " -> " << out_px << " of " << height << " rows, " << to_string(filter));
          const auto pixels = make_pixels(in_px, height, content);
          const auto target_bytes = static_cast<std::size_t>(out_px) * static_cast<std::size_t>(height) * 3;
          expect_same_bytes(simd_passes().resample_rows, scalar_passes().resample_rows, weights, {pixels.data(), in_px, height},
                            target_bytes);
        }
      }
    }
  }
}

TEST_P(PassesAt, over_columns_equal_the_plain_definition) {
  for (const Filter filter : kWeighingFilters) {
    for (const auto& [in_px, out_px] : kAxes) {
      const Weights weights = compute_weights(in_px, out_px, filter);
      for (const int width : kAcross) {
        for (const Content content : {Content::kRandom, Content::kExtreme}) {
          SCOPED_TRACE(testing::Message() << in_px << " -> " << out_px << " of " << width << " columns, " << to_string(filter));
          const auto pixels = make_pixels(width, in_px, content);
          const auto target_bytes = static_cast<std::size_t>(out_px) * static_cast<std::size_t>(width) * 3;
          const auto all = [&](const Passes& passes) {
            return [&weights, columns = passes.resample_columns](const Weights& w, const ImageView& source, std::uint8_t* target) {
              columns(w, {0, weights.out_px, 0}, source, target);
            };
          };
          expect_same_bytes(all(simd_passes()), all(scalar_passes()), weights, {pixels.data(), width, in_px}, target_bytes);
        }
      }
    }
  }
}

// Each output from a source that holds its rows and no others.
TEST_P(PassesAt, over_columns_take_the_rows_that_they_need_and_no_others) {
  constexpr int kWidth = 43;
  for (const auto& [in_px, out_px] : kAxes) {
    const Weights weights = compute_weights(in_px, out_px, Filter::kLanczos);
    const auto pixels = make_pixels(kWidth, in_px, Content::kRandom);
    std::vector<std::uint8_t> expected(static_cast<std::size_t>(out_px) * kWidth * 3), actual(expected.size());
    scalar_passes().resample_columns(weights, {0, out_px, 0}, {pixels.data(), kWidth, in_px}, expected.data());
    for (int out = 0; out < out_px; ++out) {
      const int first = weights.start[static_cast<std::size_t>(out)];
      const int rows = static_cast<int>(weights.taps_of(out).size());
      const auto begin = pixels.begin() + std::ptrdiff_t{first} * kWidth * 3;
      const std::vector<std::uint8_t> own(begin, begin + std::ptrdiff_t{rows} * kWidth * 3);
      simd_passes().resample_columns(weights, {out, out + 1, first}, {own.data(), kWidth, rows},
                                     actual.data() + std::ptrdiff_t{out} * kWidth * 3);
    }
    EXPECT_EQ(actual, expected) << in_px << " -> " << out_px;
  }
}

INSTANTIATE_TEST_SUITE_P(level, PassesAt, testing::ValuesIn(levels_of_cpu()), [](const auto& level) { return level.param.name; });

}  // namespace
}  // namespace coulis
