#include "job/plan/sample.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace coulis {
namespace {

const Location kInput("/in");
const LabelRule kFolderNames{ListingOptions()};

// {"a", 3}: a/0.jpg, a/1.jpg, a/2.jpg
Plan plan_of(const std::vector<std::pair<std::string, int>>& photos_of_labels, std::size_t images_per_part) {
  std::vector<ImageRef> images;
  for (const auto& [label, count] : photos_of_labels) {
    for (int i = 0; i < count; ++i) images.push_back({fmt::format("{}/{}.jpg", label, i), 1, 1});
  }
  const ImageList list(std::move(images));
  Plan plan;
  for (std::size_t first = 0; first < list.size(); first += images_per_part) {
    plan.parts.push_back({plan.parts.size(), list.slice(first, images_per_part), "", false, ""});
  }
  return plan;
}

std::set<std::string> sample_of(Plan plan, std::size_t limit) {
  choose_sample(plan, kInput, kFolderNames, limit);
  std::set<std::string> keys;
  for (const Part& part : plan.parts) {
    EXPECT_TRUE(std::is_sorted(part.sampled.begin(), part.sampled.end()));
    for (const std::uint32_t image : part.sampled) EXPECT_TRUE(keys.insert(part.images.at(image).key).second);
  }
  return keys;
}

std::map<char, std::size_t> count_by_label(const std::set<std::string>& keys) {
  std::map<char, std::size_t> counts;
  for (const std::string& key : keys) ++counts[key.front()];
  return counts;
}

TEST(Sample, IsEveryPhotoWhereThereAreFew) {
  EXPECT_EQ(sample_of(plan_of({{"a", 3}, {"b", 2}}, 2), 5).size(), 5U);
}

TEST(Sample, HasAsManyPhotosOfALargeLabelAsOfASmallOne) {
  const auto keys = sample_of(plan_of({{"large", 1000}, {"middle", 40}, {"small", 3}}, 100), 63);
  EXPECT_EQ(count_by_label(keys), (std::map<char, std::size_t>{{'l', 30}, {'m', 30}, {'s', 3}}));
}

TEST(Sample, StaysWithinItsLimitWhereThereAreMoreLabels) {
  std::vector<std::pair<std::string, int>> labels;
  for (int i = 0; i < 50; ++i) labels.emplace_back(fmt::format("{}", i), 1);
  EXPECT_EQ(sample_of(plan_of(labels, 10), 7).size(), 7U);
  EXPECT_TRUE(sample_of(plan_of(labels, 10), 0).empty());
}

TEST(Sample, IsSpreadOverThePhotosOfALabel) {
  std::size_t in_first_half = 0;
  for (const std::string& key : sample_of(plan_of({{"a", 10'000}}, 1000), 1000)) in_first_half += std::stoi(key.substr(2)) < 5000 ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(in_first_half), 500, 100);  // six standard deviations
}

// Thumbnails of before serve again.
TEST(Sample, OfMorePhotosKeepsToThoseOfBefore) {
  const std::vector<std::pair<std::string, int>> before = {{"a", 300}, {"b", 300}};
  const std::set<std::string> earlier = sample_of(plan_of(before, 50), 100);
  const std::set<std::string> later = sample_of(plan_of({{"a", 300}, {"b", 300}, {"c", 300}}, 50), 100);
  EXPECT_EQ(count_by_label(later), (std::map<char, std::size_t>{{'a', 33}, {'b', 33}, {'c', 34}}));
  for (const std::string& key : later) EXPECT_TRUE(key.front() == 'c' || earlier.contains(key)) << key;
}

TEST(Sample, OfVeryManyPhotosComesFromSomeOfTheParts) {
  Plan plan = plan_of({{"a", 200'000}}, 1000);
  choose_sample(plan, kInput, kFolderNames, 4000);
  std::size_t photos = 0, parts = 0;
  for (const Part& part : plan.parts) {
    photos += part.sampled.size();
    parts += part.sampled.empty() ? 0 : 1;
  }
  EXPECT_EQ(photos, 4000U);
  EXPECT_EQ(parts, 50U);
}

}  // namespace
}  // namespace coulis
