#include "core/pca/pca.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <thread>
#include <vector>

#include "core/base/error.hpp"
#include "tests/core/moments/random_rows.hpp"
#include "tests/tolerance.hpp"

// Against scikit-learn and Spark: test_pca.py beside this file. Here: what is ours to define.
namespace coulis {
namespace {

Moments random_moments(std::size_t n, std::size_t d) {
  const auto rows = random_rows(n, d, 1);
  return moments_of({rows.data(), n, d});
}

void expect_error(ErrorCode code, const std::function<void()>& call) {
  try {
    call();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_NE(error.remedy(), "");
  }
}

void expect_orthonormal(const PcaModel& model) {
  const std::size_t d = model.width();
  for (std::size_t a = 0; a < model.k(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      const double* left = model.components.data() + a * d;
      const double product = std::inner_product(left, left + d, model.components.data() + b * d, 0.0);
      EXPECT_NEAR(product, a == b ? 1 : 0, eigen_bound(d, 1)) << a << " " << b;
    }
  }
}

TEST(Fit, FindsTheAxesOfAKnownCovariance) {
  // Covariance [[5, 4], [4, 5]]: eigenvalues 9 and 1 along (1, 1) and (1, -1).
  const Moments moments{11, {0, 0}, {50, 40, 0, 50}};
  const PcaModel model = fit(moments, {.k = 2});
  const double s = std::sqrt(0.5);
  const double bound = eigen_bound(2, 9);
  EXPECT_NEAR(model.explained_variance[0], 9, bound);
  EXPECT_NEAR(model.explained_variance[1], 1, bound);
  EXPECT_NEAR(model.explained_variance_ratio[0], 0.9, bound / 10);
  EXPECT_EQ(model.total_variance, 10);
  const double turn = bound / (9 - 1);  // an eigenvector's: the error over the gap
  EXPECT_NEAR(model.components[0], s, turn);
  EXPECT_NEAR(model.components[1], s, turn);
  EXPECT_NEAR(std::abs(model.components[2]), s, turn);
}

TEST(Fit, MakesTheLargestLoadingOfEachComponentPositive) {
  const PcaModel model = fit(random_moments(200, 30), {.k = 30});
  for (std::size_t i = 0; i < model.k(); ++i) {
    double largest = 0;
    for (std::size_t j = 0; j < 30; ++j) {
      const double loading = model.components[i * 30 + j];
      if (std::abs(loading) > std::abs(largest)) largest = loading;
    }
    EXPECT_GT(largest, 0);
  }
  expect_orthonormal(model);
}

TEST(Fit, GivesTheSameBitsInFourThreads) {
  const Moments moments = random_moments(400, 120);
  const PcaModel expected = fit(moments, {.k = 20});
  std::vector<int> different(4, 0);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int& count : different) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) count += bits_of(fit(moments, {.k = 20}).components) != bits_of(expected.components);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(different, std::vector<int>(4, 0));
}

TEST(Fit, LowersKToTheRowsAndTheWidth) {
  EXPECT_EQ(fit(random_moments(3, 8), {.k = 50}).k(), 3U);
  EXPECT_EQ(fit(random_moments(30, 8), {.k = 50}).k(), 8U);
  EXPECT_EQ(fit(random_moments(30, 8), {.k = 5}).k(), 5U);
}

TEST(Fit, OfOneRowOrEqualRowsIsDefined) {
  for (const std::size_t n : {1UL, 9UL}) {
    const std::vector<float> rows(n * 4, 0.1F);
    for (const double variance : {0.0, 0.95}) {
      const PcaModel model = fit(moments_of({rows.data(), n, 4}), {.k = 3, .variance = variance});
      EXPECT_EQ(model.k(), variance > 0 || n == 1 ? 1U : 3U);
      EXPECT_EQ(model.total_variance, 0);
      EXPECT_EQ(model.explained_variance, std::vector<double>(model.k(), 0.0));
      EXPECT_EQ(model.explained_variance_ratio, std::vector<double>(model.k(), 0.0));
      expect_orthonormal(model);
    }
  }
}

TEST(Fit, OfFewerRowsThanColumnsStaysOrthonormalAndNeverNegative) {
  for (const int k : {2, 5, 10, 40}) {
    const PcaModel model = fit(random_moments(10, 40), {.k = k});
    expect_orthonormal(model);
    for (const double value : model.explained_variance) EXPECT_GE(value, 0);
    EXPECT_TRUE(std::is_sorted(model.explained_variance.rbegin(), model.explained_variance.rend()));
  }
}

TEST(Fit, PicksTheFewestComponentsThatReachTheShare) {
  const Moments moments{3, {0, 0, 0, 0}, {12, 0, 0, 0, 0, 4, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1}};  // ratios 0.6, 0.2, 0.15, 0.05
  Moments more = moments;
  more.count = 100;
  EXPECT_EQ(fit(more, {.variance = 0.5}).k(), 1U);
  EXPECT_EQ(fit(more, {.variance = 0.6001}).k(), 2U);
  EXPECT_EQ(fit(more, {.variance = 0.81}).k(), 3U);
  EXPECT_EQ(fit(more, {.variance = 1}).k(), 4U);
  EXPECT_EQ(fit(more, {.k = 1, .variance = 0.81}).k(), 3U);  // in place of k
  EXPECT_EQ(fit(moments, {.variance = 1}).k(), 3U);          // of three rows
}

TEST(Fit, WithoutRowsIsAnError) {
  expect_error(ErrorCode::kRunFailed, [] { fit({}, {}); });
}

TEST(Fit, OfMomentsThatAreNotFiniteIsAnError) {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Moments moments = random_moments(10, 3);
    moments.mean[1] = bad;
    expect_error(ErrorCode::kRunFailed, [&] { fit(moments, {}); });
    moments = random_moments(10, 3);
    moments.scatter[4] = bad;
    expect_error(ErrorCode::kRunFailed, [&] { fit(moments, {}); });
  }
}

TEST(Fit, WithOptionsOutOfRangeIsAUsageError) {
  const Moments moments = random_moments(10, 3);
  for (const int k : {0, -1}) expect_error(ErrorCode::kUsage, [&] { fit(moments, {.k = k}); });
  for (const double variance : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    expect_error(ErrorCode::kUsage, [&] { fit(moments, {.variance = variance}); });
  }
}

TEST(Project, SubtractsTheMeanOnlyByTheCentredConvention) {
  PcaModel model{.count = 5, .mean = {1, 10}, .components = {0.6, 0.8}, .explained_variance = {1}, .explained_variance_ratio = {1}};
  const std::vector<float> rows = {1, 10, 2, 11};
  std::vector<double> projected(2);
  project(model, {rows.data(), 2, 2}, {projected.data(), 2, 1});
  EXPECT_DOUBLE_EQ(projected[0], 0);
  EXPECT_DOUBLE_EQ(projected[1], 1.4);
  model.projection.convention = PcaConvention::kSpark;
  project(model, {rows.data(), 2, 2}, {projected.data(), 2, 1});
  EXPECT_DOUBLE_EQ(projected[0], 8.6);
  EXPECT_DOUBLE_EQ(projected[1], 10.0);
}

TEST(Project, CrossesTheBlocksOfLongInput) {
  const std::size_t n = 70'000;
  const auto rows = random_rows(n, 8, 2);
  const PcaModel model = fit(moments_of({rows.data(), n, 8}), {.k = 3});
  std::vector<double> projected(n * 3);
  project(model, {rows.data(), n, 8}, {projected.data(), n, 3});
  for (std::size_t i = 0; i < n; i += 97) {
    for (std::size_t c = 0; c < 3; ++c) {
      double expected = 0;
      double absolute_sum = 0;
      for (std::size_t j = 0; j < 8; ++j) {
        const double product = (rows[i * 8 + j] - model.mean[j]) * model.components[c * 8 + j];
        expected += product;
        absolute_sum += (std::abs(rows[i * 8 + j]) + std::abs(model.mean[j])) * std::abs(model.components[c * 8 + j]);
      }
      ASSERT_NEAR(projected[i * 3 + c], expected, 2 * sum_bound<double>(8 + 2, absolute_sum)) << i;  // the expected one is rounded too
    }
  }
}

TEST(Project, TakesNoRows) {
  EXPECT_NO_THROW(project(fit(random_moments(9, 4), {.k = 2}), MatrixView<const float>{nullptr, 0, 4}, {nullptr, 0, 2}));
}

TEST(Project, RefusesRowsOfAnotherWidth) {
  const PcaModel model = fit(random_moments(9, 4), {.k = 2});
  const std::vector<float> rows(5);
  std::vector<double> projected(2);
  expect_error(ErrorCode::kRunFailed, [&] { project(model, {rows.data(), 1, 5}, {projected.data(), 1, 2}); });
  EXPECT_THROW(project(model, {rows.data(), 1, 4}, {projected.data(), 1, 1}), Error);
}

TEST(Convention, HasTwoNames) {
  for (const auto convention : {PcaConvention::kCentred, PcaConvention::kSpark}) {
    EXPECT_EQ(parse_enum<PcaConvention>(to_string(convention)), convention);
  }
  expect_error(ErrorCode::kUsage, [] { parse_enum<PcaConvention>("centered"); });
}

}  // namespace
}  // namespace coulis
