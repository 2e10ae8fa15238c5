#include "job/report/sample.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace coulis {
namespace {

PartSample hashed(const RowTable& table) {
  return sample_part({}, table, {.hashes = true}, "");
}

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

TEST(Census, CountsTheLabelsOfAllParts) {
  Census census;
  census.add(0, hashed(table_of({"a", "b"})));
  census.add(1, sample_part({}, table_of({"b"}, 10), {}, ""));
  ASSERT_EQ(census.labels().size(), 2U);
  EXPECT_EQ(census.labels()[0].photos, 1U);
  EXPECT_EQ(census.labels()[1].photos, 2U);
  EXPECT_EQ(census.find("b"), 1U);
  EXPECT_EQ(census.find("c"), std::nullopt);
}

// Row 57 of b is the photo that row 3 of a is.
TEST(Census, FindsThePhotosThatAreTheSameUnderTwoLabels) {
  Census census;
  census.add(0, hashed(table_of(times(100, "a"))));
  RowTable b = table_of(times(100, "b"), 1000);
  b.values[57] = 3;
  b.values[58] = 1057.5F;
  b.values[59] = 1057.5F;  // the same twice under one label is nothing to look at
  census.add(1, hashed(b));
  std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
  for (const SampledRow& photo : census.find_twins()) found.emplace_back(photo.part, photo.row);
  EXPECT_EQ(found, (std::vector<std::pair<std::uint32_t, std::uint32_t>>{{0, 3}, {1, 57}}));
}

}  // namespace
}  // namespace coulis
