#include "job/report/sample.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace coulis {
namespace {

// One row of one number for each label; all numbers differ unless given.
RowTable table_of(const std::vector<std::string>& labels, float first = 0) {
  RowTable table;
  table.width = 1;
  table.labels = labels;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    table.paths.push_back(fmt::format("/in/{}/{}.jpg", labels[i], i));
    table.values.push_back(first + static_cast<float>(i));
  }
  return table;
}

std::vector<std::string> times(std::size_t count, const std::string& label) {
  std::vector<std::string> labels(count, label);  // {count, label} would be a list of two
  return labels;
}

std::map<std::uint32_t, std::size_t> count_by_label(const std::vector<SampledPhoto>& photos) {
  std::map<std::uint32_t, std::size_t> counts;
  for (const SampledPhoto& photo : photos) ++counts[photo.label];
  return counts;
}

TEST(Sample, IsEveryPhotoWhereThereAreFew) {
  Census census;
  census.add(0, table_of({"a", "b"}), true);
  census.add(1, table_of({"b"}, 10), true);
  const auto photos = census.sample(5);
  ASSERT_EQ(photos.size(), 3U);
  EXPECT_EQ(photos[2].part, 1U);
  EXPECT_EQ(photos[2].row, 0U);
  EXPECT_EQ(photos[2].label, 1U);
  EXPECT_EQ(census.labels()[1].photos, 2U);
}

TEST(Sample, HasAsManyPhotosOfALargeLabelAsOfASmallOne) {
  Census census;
  census.add(0, table_of(times(1000, "large")), true);
  census.add(1, table_of(times(40, "middle"), 2000), true);
  census.add(2, table_of(times(3, "small"), 3000), true);
  const auto photos = census.sample(63);
  EXPECT_EQ(count_by_label(photos), (std::map<std::uint32_t, std::size_t>{{0, 30}, {1, 30}, {2, 3}}));
}

TEST(Sample, IsSpreadOverThePhotosOfALabel) {
  Census census;
  census.add(0, table_of(times(100, "a")), true);
  std::vector<std::uint32_t> rows;
  for (const SampledPhoto& photo : census.sample(4)) rows.push_back(photo.row);
  EXPECT_EQ(rows, (std::vector<std::uint32_t>{24, 49, 74, 99}));
}

TEST(Sample, StaysWithinItsLimitWhereThereAreMoreLabels) {
  Census census;
  std::vector<std::string> labels;
  labels.reserve(50);
  for (int i = 0; i < 50; ++i) labels.push_back(fmt::format("{}", i));
  census.add(0, table_of(labels), true);
  EXPECT_EQ(census.sample(7).size(), 7U);
  EXPECT_EQ(census.sample(0).size(), 0U);
}

TEST(Sample, CountsPartsThatItDoesNotTakePhotosFrom) {
  Census census;
  census.add(0, table_of(times(10, "a")), false);
  census.add(1, table_of(times(10, "a"), 100), true);
  EXPECT_EQ(census.labels()[0].photos, 20U);
  for (const SampledPhoto& photo : census.sample(20)) EXPECT_EQ(photo.part, 1U);
}

// Row 57 of b is the photo that row 3 of a is: seldom would both be drawn.
TEST(Sample, HasThePhotosThatAreTheSameUnderTwoLabels) {
  Census census;
  census.add(0, table_of(times(100, "a")), true);
  RowTable b = table_of(times(100, "b"), 1000);
  b.values[57] = 3;
  b.values[58] = 1057.5F;
  b.values[59] = 1057.5F;  // the same twice under one label is nothing to look at
  census.add(1, b, true);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
  for (const SampledPhoto& photo : census.sample(2)) found.emplace_back(photo.part, photo.row);
  EXPECT_EQ(found, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 3}, {1, 57}}));
}

}  // namespace
}  // namespace coulis
