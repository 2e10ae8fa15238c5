#include <gtest/gtest.h>

#include <string>

#include "job/listing/listing.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

std::string label_at_level(const std::string& path, int level) {
  ListingOptions options;
  options.label_level = level;
  return LabelRule(options).label_of(path);
}

std::string label_by_regex(const std::string& path, const std::string& regex) {
  ListingOptions options;
  options.label_regex = regex;
  return LabelRule(options).label_of(path);
}

TEST(LabelRule, TakesTheFolderOfTheLevel) {
  const std::string path = "/photos/fruits/Kiwi/a.jpg";
  EXPECT_EQ(label_at_level(path, 1), "Kiwi");
  EXPECT_EQ(label_at_level(path, 2), "fruits");
  EXPECT_EQ(label_at_level(path, 3), "photos");
}

TEST(LabelRule, IsEmptyAboveTheRoot) {
  EXPECT_EQ(label_at_level("/photos/a.jpg", 2), "");
  EXPECT_EQ(label_at_level("/photos/a.jpg", 100), "");
  EXPECT_EQ(label_at_level("/a.jpg", 1), "");
}

TEST(LabelRule, KeepsUtf8AndShowsOtherBytesByNumber) {
  EXPECT_EQ(label_at_level("/p/Äpfel/a.jpg", 1), "Äpfel");
  EXPECT_EQ(label_at_level("/p/caf\xe9/a.jpg", 1), "caf\\xe9");
  EXPECT_EQ(label_by_regex("/p/caf\xe9/a.jpg", "/([^/]*)/[^/]*$"), "caf\\xe9");
}

TEST(LabelRule, TakesTheFirstGroupOfTheFirstMatch) {
  EXPECT_EQ(label_by_regex("/photos/Kiwi-12/a_7.jpg", "/([A-Za-z]+)-([0-9]+)/"), "Kiwi");
  EXPECT_EQ(label_by_regex("/one-1/two-2/a.jpg", "([a-z]+)-[0-9]"), "one");
}

TEST(LabelRule, IsEmptyWhereTheExpressionDoesNotMatch) {
  EXPECT_EQ(label_by_regex("/photos/a.jpg", "(Kiwi)"), "");
  EXPECT_EQ(label_by_regex("/photos/a.jpg", "photos|(Kiwi)"), "");
}

TEST(LabelRule, PrefersTheExpressionToTheLevel) {
  ListingOptions options;
  options.label_level = 2;
  options.label_regex = "([^/]+)$";
  EXPECT_EQ(LabelRule(options).label_of("/photos/Kiwi/a.jpg"), "a.jpg");
}

TEST(LabelRule, RefusesALevelBelowOne) {
  for (const int level : {0, -1}) {
    EXPECT_EQ(thrown_error([&] { label_at_level("/a/b.jpg", level); }).code(), ErrorCode::kUsage);
  }
}

TEST(LabelRule, RefusesAnExpressionThatIsNoneOrHasNoGroup) {
  const Error broken = thrown_error([] { label_by_regex("/a/b.jpg", "([a-z"); });
  EXPECT_EQ(broken.code(), ErrorCode::kUsage);
  EXPECT_NE(std::string(broken.what()).find("([a-z"), std::string::npos);
  const Error without_group = thrown_error([] { label_by_regex("/a/b.jpg", "[a-z]+"); });
  EXPECT_EQ(without_group.code(), ErrorCode::kUsage);
  EXPECT_NE(without_group.remedy().find("parentheses"), std::string::npos);
}

}  // namespace
}  // namespace coulis
