// Warnings about listings of several groups of photos, which threads look at side by side.
#include "job/listing/listing_warnings.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace coulis {
namespace {

using Sentences = std::vector<std::string>;

constexpr std::size_t kPhotos = 150'000;  // three groups

// label_of(i): of photo i; empty: none
template <class LabelOf>
Sentences warnings_of(LabelOf label_of, int threads) {
  std::vector<ImageRef> images;
  for (std::size_t i = 0; i < kPhotos; ++i) {
    images.push_back({fmt::format("{:06}.jpg", i), 1, 1});
    images.back().label = std::make_shared<const std::string>(label_of(i));
  }
  Listing listing;
  listing.images = std::move(images);
  return listing_warnings(listing, Location("/photos/set"), {}, threads);
}

TEST(ListingWarnings, CountPhotosOfAllGroups) {
  const auto every_tenth = [](std::size_t i) { return i % 10 == 0 ? std::string() : fmt::format("{}", i % 7); };
  const Sentences expected = {"15000 of 150000 photos have no label by the table of labels"};
  EXPECT_EQ(warnings_of(every_tenth, 1), expected);
  EXPECT_EQ(warnings_of(every_tenth, 3), expected);
}

TEST(ListingWarnings, FindTheOtherPhotoOfALabelInAnotherGroup) {
  const auto in_pairs = [](std::size_t i) { return fmt::format("{}", i % (kPhotos / 2)); };
  EXPECT_EQ(warnings_of(in_pairs, 3), Sentences());
}

TEST(ListingWarnings, SayThatLabelsHaveOnePhotoEach) {
  const auto alone = [](std::size_t i) { return fmt::format("{}", i); };
  const Sentences warnings = warnings_of(alone, 3);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_TRUE(warnings[0].starts_with("150000 of 150000 labels have one photo only")) << warnings[0];
}

}  // namespace
}  // namespace coulis
