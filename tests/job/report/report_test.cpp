// The text of the page. What a browser makes of it is tested in test_page.py.
#include "job/report/report.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "job/report/page_data.hpp"

namespace coulis {
namespace {

Manifest manifest_of(std::uint64_t photos) {
  Manifest m;
  m.input = "/photos";
  m.listed = m.ok = photos;
  m.pca = {"k=1", {{"convention", "centred"}}, {1.0}};
  return m;
}

Figures one_photo(const std::string& path, const std::string& label) {
  Figures figures;
  figures.labels = {{label, 1}};
  figures.paths = {path};
  figures.photo_labels = {0};
  figures.coordinates = {0.5F};
  figures.components = 1;
  return figures;
}

TEST(PageData, HoldsNothingThatCanEndAScript) {
  const std::string hostile = "</script><script>alert(1)</script><!--\u2028\u202e\"'";  // NOLINT(misc-misleading-bidirectional)
  const std::string data = page_data(manifest_of(1), {{hostile, "decode", "corrupt", hostile, 1}}, one_photo(hostile, hostile));
  EXPECT_EQ(data.find('<'), std::string::npos);
  for (const char c : data) ASSERT_TRUE(c >= 0x20 && c < 0x7F);
  const auto json = nlohmann::json::parse(data);
  EXPECT_EQ(json["photos"]["paths"][0], hostile);
  EXPECT_EQ(json["failures"]["corrupt"]["rows"][0][1], hostile);
}

TEST(PageData, CutsALongPathBetweenCharacters) {
  std::string path = "photos/";
  for (int i = 0; i < 200; ++i) path += "\u00e4";
  const auto json = nlohmann::json::parse(page_data(manifest_of(1), {}, one_photo(path + "7.jpg", "a")));
  const std::string cut = json["photos"]["paths"][0];
  EXPECT_LE(cut.size(), 203U);
  EXPECT_TRUE(cut.starts_with("\u2026\u00e4")) << cut;
  EXPECT_TRUE(cut.ends_with("\u00e47.jpg")) << cut;
}

TEST(PageData, ShowsTheFirstFailuresOfEachKindAndCountsThemAll) {
  Manifest m = manifest_of(1);
  m.failed_by_code = {{"corrupt", 300}, {"empty", 1}};
  std::vector<ErrorRow> errors(300, {"/photos/a.jpg", "decode", "corrupt", "why", 1});
  errors.push_back({"/photos/b.jpg", "read", "empty", "why", 0});
  const auto json = nlohmann::json::parse(page_data(m, errors, one_photo("a", "a")));
  EXPECT_EQ(json["failures"]["corrupt"]["photos"], 300);
  EXPECT_EQ(json["failures"]["corrupt"]["rows"].size(), 100U);
  EXPECT_EQ(json["failures"]["empty"]["rows"][0][0], "/photos/b.jpg");
}

TEST(PageData, GivesAComponentAsStepsBetweenItsEnds) {
  Figures figures = one_photo("a", "a");
  figures.paths = {"a", "b", "c"};
  figures.photo_labels = {0, 0, 0};
  figures.coordinates = {-1, 0, 3};
  const auto axis = nlohmann::json::parse(page_data(manifest_of(3), {}, figures))["photos"]["axes"][0];
  EXPECT_EQ(axis["low"], -1);
  EXPECT_EQ(axis["high"], 3);
  EXPECT_EQ(axis["steps"], (std::vector<int>{0, 2500, 9999}));
}

TEST(Report, FillsInEveryPlaceAndAllowsOnlyItsOwnScript) {
  const std::string html = render_report(manifest_of(1), {}, one_photo("{{script}}", "a"));
  EXPECT_NE(html.find("default-src 'none'; img-src data:; style-src 'sha256-"), std::string::npos);
  EXPECT_NE(html.find("\"{{script}}\""), std::string::npos);  // a name is not a place
  EXPECT_NE(html.find("Permission is hereby granted"), std::string::npos);
  EXPECT_EQ(html.find("{{data}}"), std::string::npos);
}

TEST(Report, DiffersBetweenEqualRunsInTheLastRunAlone) {
  Manifest one = manifest_of(1);
  Manifest other = one;
  one.seconds = {{"features", 1.5}};
  other.seconds = {{"features", 2.5}};
  other.threads = 7;
  EXPECT_EQ(page_data(one, {}, one_photo("a", "a")), page_data(other, {}, one_photo("a", "a")));
  EXPECT_NE(last_run_data(one), last_run_data(other));
}

}  // namespace
}  // namespace coulis
