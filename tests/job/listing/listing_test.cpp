#include "job/listing/listing.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

std::vector<std::string> keys_of(const Listing& listing) {
  std::vector<std::string> keys;
  for (const ImageRef& image : listing.images) keys.push_back(image.key);
  return keys;
}

std::vector<std::string> list_keys(const TemporaryFolder& folder, const ListingOptions& options = {}) {
  return keys_of(list_images(folder.location(), options));
}

TEST(Glob, WithoutASlashMatchesTheFileName) {
  EXPECT_TRUE(matches_glob("one/two/photo.jpg", "photo.*"));
  EXPECT_TRUE(matches_glob("photo.jpg", "p?oto.[jJ]pg"));
  EXPECT_FALSE(matches_glob("photo/other.jpg", "photo*"));
  EXPECT_FALSE(matches_glob("one/photo.JPG", "*.jpg"));
}

TEST(Glob, WithASlashMatchesTheWholeKey) {
  EXPECT_TRUE(matches_glob("one/two/photo.jpg", "one/*"));
  EXPECT_TRUE(matches_glob("one/two/photo.jpg", "*/photo.jpg"));
  EXPECT_FALSE(matches_glob("one/two/photo.jpg", "two/*"));
  EXPECT_FALSE(matches_glob("photo.jpg", "*/photo.jpg"));
}

TEST(ListImages, TakesImageEndingsInAnyCase) {
  const TemporaryFolder folder;
  const std::vector<std::string> images = {"A.JPG", "b.jpeg", "c.Png", "d.webp", "e.gif", "f.BMP", "g.tif", "h.TIFF", "i.jfif", "j.x.jpg"};
  for (const std::string& key : images) folder.write(key);
  for (const char* key : {"notes.txt", "jpg", "Thumbs.db", "k.jpg.bak", "l.jpgx", "m."}) folder.write(key);
  EXPECT_EQ(list_keys(folder), images);
  EXPECT_EQ(list_images(folder.location(), {}).ignored, 6U);
}

// They will be rows of the errors table: a photo in a format that coulis does not read must not vanish.
TEST(ListImages, TakesPhotoFormatsThatCoulisDoesNotRead) {
  const TemporaryFolder folder;
  const std::vector<std::string> images = {"a.HEIC", "b.avif", "c.jxl", "d.jp2"};
  for (const std::string& key : images) folder.write(key);
  EXPECT_EQ(list_keys(folder), images);
}

TEST(ListImages, OrdersByTheBytesOfTheKey) {
  const TemporaryFolder folder;
  const std::vector<std::string> sorted = {"B.jpg", "a b.jpg", "a-b/x.jpg", "a/z.jpg", "a.jpg", "a0.jpg", "b.jpg", "ä.jpg", "\xff.jpg"};
  std::vector<std::string> by_bytes = sorted;  // "a-b/" < "a.jpg" < "a/z.jpg": '-' < '.' < '/'
  std::swap(by_bytes[3], by_bytes[4]);
  for (const std::string& key : sorted) folder.write(key);
  EXPECT_EQ(list_keys(folder), by_bytes);
}

TEST(ListImages, IncludeReplacesTheRuleOfEndings) {
  const TemporaryFolder folder;
  for (const char* key : {"a.jpg", "b.raw", "c/d.raw", "e.txt"}) folder.write(key);
  ListingOptions options;
  options.include = {"*.raw"};
  EXPECT_EQ(list_keys(folder, options), (std::vector<std::string>{"b.raw", "c/d.raw"}));
  options.include = {"*.raw", "e.*"};
  EXPECT_EQ(list_keys(folder, options), (std::vector<std::string>{"b.raw", "c/d.raw", "e.txt"}));
}

TEST(ListImages, ExcludeWinsOverInclude) {
  const TemporaryFolder folder;
  for (const char* key : {"a.jpg", "thumbs/a.jpg", "thumbs/b.jpg"}) folder.write(key);
  ListingOptions options;
  options.exclude = {"thumbs/*"};
  const Listing listing = list_images(folder.location(), options);
  EXPECT_EQ(keys_of(listing), std::vector<std::string>{"a.jpg"});
  EXPECT_EQ(listing.ignored, 2U);
  options.include = {"a.*"};
  EXPECT_EQ(list_keys(folder, options), std::vector<std::string>{"a.jpg"});
}

TEST(ListImages, AddsUpTheBytesOfTheImagesOnly) {
  const TemporaryFolder folder;
  folder.write("a.jpg", "123");
  folder.write("b.png", "12345");
  folder.write("c.txt", "1234567");
  const Listing listing = list_images(folder.location(), {});
  EXPECT_EQ(listing.total_bytes, 8U);
  ASSERT_EQ(listing.images.size(), 2U);
  EXPECT_EQ(listing.images[1].size_bytes, 5U);
}

TEST(ListImages, FindsNothingInAnEmptyFolder) {
  const TemporaryFolder folder;
  EXPECT_TRUE(list_keys(folder).empty());
}

TEST(ListImages, FailsOnAnInputThatDoesNotExist) {
  const TemporaryFolder folder;
  const Error error = thrown_error([&] { list_images(Location(folder.path_of("missing")), {}); });
  EXPECT_EQ(error.code(), ErrorCode::kStorage);
  EXPECT_NE(std::string(error.what()).find("missing"), std::string::npos);
}

}  // namespace
}  // namespace coulis
