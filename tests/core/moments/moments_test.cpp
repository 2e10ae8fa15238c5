#include "core/moments/moments.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <iterator>
#include <latch>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
#include "tests/core/moments/random_rows.hpp"
#include "tests/tolerance.hpp"

namespace coulis {
namespace {

// The textbook formulas in long double, one element at a time, and how far from them float64 sums may be.
struct Reference {
  std::vector<double> mean;
  std::vector<double> scatter;  // [d, d], upper triangle
  std::vector<double> mean_bound;
  std::vector<double> scatter_bound;
};

Reference reference_of(const std::vector<float>& rows, std::size_t n, std::size_t d) {
  std::vector<long double> mean(d, 0);
  std::vector<double> absolute(d, 0.0);  // the mean of |x|
  for (std::size_t i = 0; i < n * d; ++i) {
    mean[i % d] += rows[i];
    absolute[i % d] += std::abs(double{rows[i]}) / static_cast<double>(n);
  }
  for (auto& value : mean) value /= static_cast<long double>(n);
  const std::vector<double> zeros(d * d, 0.0);
  Reference reference{{mean.begin(), mean.end()}, zeros, {}, zeros};
  for (const double value : absolute) reference.mean_bound.push_back(sum_bound<double>(n + 4, value));
  for (std::size_t a = 0; a < d; ++a) {
    for (std::size_t b = a; b < d; ++b) {
      long double sum = 0;
      long double absolute_sum = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const long double product = (rows[i * d + a] - mean[a]) * (rows[i * d + b] - mean[b]);
        sum += product;
        absolute_sum += std::abs(product);
      }
      reference.scatter[a * d + b] = static_cast<double>(sum);
      // The products' sum, in any blocks; a mean that is off counts squared, as its first order sums to zero.
      reference.scatter_bound[a * d + b] = sum_bound<double>(n + 4, static_cast<double>(absolute_sum)) +
                                           static_cast<double>(n) * reference.mean_bound[a] * reference.mean_bound[b];
    }
  }
  return reference;
}

void expect_close(const std::vector<double>& actual, const std::vector<double>& expected, const std::vector<double>& bounds) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i) ASSERT_NEAR(actual[i], expected[i], bounds[i]) << "at " << i;
}

void expect_close(const Moments& moments, const Reference& reference) {
  expect_close(moments.mean, reference.mean, reference.mean_bound);
  expect_close(moments.scatter, reference.scatter, reference.scatter_bound);
}

TEST(Moments, EqualTheTextbookFormulas) {
  for (const auto& [n, d] : {std::pair{1, 1}, {1, 5}, {2, 3}, {7, 1}, {100, 17}, {513, 40}}) {
    const auto rows = random_rows(n, d, 1);
    const auto moments = moments_of({rows.data(), static_cast<std::size_t>(n), static_cast<std::size_t>(d)});
    const auto reference = reference_of(rows, n, d);
    EXPECT_EQ(moments.count, n);
    expect_close(moments, reference);
  }
}

TEST(Moments, CrossTheBlocksOfLongInput) {
  const std::size_t n = 70'000;  // 8 columns: several blocks of scratch
  const auto rows = random_rows(n, 8, 2);
  const auto moments = moments_of({rows.data(), n, 8});
  const auto reference = reference_of(rows, n, 8);
  expect_close(moments, reference);
}

TEST(Moments, KeepASmallSpreadAroundALargeMean) {
  const std::size_t n = 4096;
  std::vector<float> rows(n);
  for (std::size_t i = 0; i < n; ++i) rows[i] = 1e7F + static_cast<float>(i % 2);
  const auto moments = moments_of({rows.data(), n, 1});
  EXPECT_EQ(moments.mean[0], 1e7 + 0.5);
  EXPECT_EQ(moments.scatter[0], 0.25 * n);
}

TEST(Moments, OfEqualRowsHaveNoScatter) {
  const std::vector<float> rows(1000 * 3, 0.1F);
  const auto moments = moments_of({rows.data(), 1000, 3});
  EXPECT_EQ(moments.mean, std::vector<double>(3, 0.1F));
  EXPECT_EQ(moments.scatter, std::vector<double>(9, 0.0));
}

TEST(Moments, OfNoRowsAreEmpty) {
  const auto moments = moments_of(MatrixView<const float>{nullptr, 0, 1280});
  EXPECT_EQ(moments.count, 0);
  EXPECT_TRUE(moments.mean.empty());
  EXPECT_TRUE(moments.scatter.empty());
}

TEST(Moments, PassOnWhatIsNotFinite) {
  std::vector<float> rows = random_rows(10, 3, 3);
  rows[13] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(moments_of({rows.data(), 10, 3}).mean[1]));
}

TEST(Moments, MergedEqualTheTextbookFormulas) {
  const std::size_t n = 500;
  const std::size_t d = 24;
  const auto rows = random_rows(n, d, 4);
  const auto reference = reference_of(rows, n, d);
  for (const std::size_t cut : {1UL, 37UL, 250UL, 499UL}) {
    const auto merged = merge(moments_of({rows.data(), cut, d}), moments_of({rows.data() + cut * d, n - cut, d}));
    EXPECT_EQ(merged.count, 500);
    expect_close(merged, reference);
  }
}

TEST(Moments, MergedWithNothingAreUnchanged) {
  const auto rows = random_rows(20, 4, 5);
  const auto moments = moments_of({rows.data(), 20, 4});
  for (const auto& merged : {merge(moments, {}), merge({}, moments)}) {
    EXPECT_EQ(merged.count, 20);
    EXPECT_TRUE(same_bits(merged, moments));
  }
}

TEST(Moments, OfDifferentWidthsAreRefused) {
  const auto rows = random_rows(20, 4, 6);
  try {
    merge(moments_of({rows.data(), 20, 4}), moments_of({rows.data(), 20, 3}));
    FAIL() << "merged";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
    EXPECT_STREQ(error.what(), "rows of 4 features and rows of 3 cannot go into one PCA");
  }
}

TEST(Moments, HaveTheSameBitsWhicheverThreadsRunBeside) {
  // Small and different matrices: where OpenBLAS hands one packing buffer to two callers, one gets the other's numbers.
  constexpr std::size_t kRows = 16;
  constexpr std::size_t kColumns = 8;
  std::latch start(4);
  const auto compare_often = [&start](unsigned seed, int& different) {
    const auto rows = random_rows(kRows, kColumns, seed);
    const auto first = moments_of({rows.data(), kRows, kColumns});
    const auto reference = reference_of(rows, kRows, kColumns);
    expect_close(first, reference);
    start.arrive_and_wait();
    for (int round = 0; round < 200'000; ++round) {
      const auto again = moments_of({rows.data(), kRows, kColumns});
      if (!same_bits(again, first)) ++different;
    }
  };
  int different[4] = {};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (unsigned i = 0; i < 4; ++i) threads.emplace_back(compare_often, i, std::ref(different[i]));
  for (auto& thread : threads) thread.join();
  for (const int count : different) EXPECT_EQ(count, 0);
}

TEST(Blas, MakesNoThreadsWhenItIsLoaded) {
  const std::filesystem::directory_iterator threads("/proc/self/task");
  EXPECT_EQ(std::distance(begin(threads), end(threads)), 1);
}

TEST(Moments, OfARealWidthHaveTheSameBitsInFourThreads) {
  const auto rows = random_rows(600, 320, 7);
  const auto expected = moments_of({rows.data(), 600, 320});
  std::vector<Moments> found(4);
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (auto& moments : found) {
    threads.emplace_back([&rows, &moments] {
      for (int round = 0; round < 5; ++round) moments = moments_of({rows.data(), 600, 320});
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& moments : found) EXPECT_TRUE(same_bits(moments, expected));
}

}  // namespace
}  // namespace coulis
