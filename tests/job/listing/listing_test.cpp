#include "job/listing/listing.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "job/output/layout.hpp"
#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

std::vector<std::string> keys_of(const Listing& listing) {
  std::vector<std::string> keys;
  listing.images.for_each([&](const ImageRef& image) { keys.push_back(image.key); });
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
  const std::vector<std::string> images = {"A.JPG",  "b.jpeg",  "c.Png",  "d.webp", "e.gif", "f.BMP",  "g.tif", "h.TIFF",
                                           "i.jfif", "j.x.jpg", "k.HEIC", "l.heif", "m.hif", "n.avif", "o.jxl"};
  for (const std::string& key : images) folder.write(key);
  for (const char* key : {"notes.txt", "jpg", "Thumbs.db", "p.jpg.bak", "q.jpgx", "r.", "s.heics"}) folder.write(key);
  EXPECT_EQ(list_keys(folder), images);
  EXPECT_EQ(list_images(folder.location(), {}).passed_over.total(), 7U);
}

// They will be rows of the errors table: a photo in a format that coulis does not read must not vanish.
TEST(ListImages, TakesPhotoFormatsThatCoulisDoesNotRead) {
  const TemporaryFolder folder;
  const std::vector<std::string> images = {"a.jp2", "b.JP2"};
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
  const PassedOver::Count& excluded = listing.passed_over.by_reason.at(static_cast<std::size_t>(Reason::kExclude));
  EXPECT_EQ(excluded, (PassedOver::Count{0, 1, "thumbs"}));
  options.include = {"a.*"};
  EXPECT_EQ(list_keys(folder, options), std::vector<std::string>{"a.jpg"});
}

TEST(ListImages, ExcludesTheSameInAFolderAndInAListOfKeys) {
  const std::vector<std::string> keys = {"a.jpg",       "a/private/b.jpg", "b/c.jpg",           "private/a.jpg", "private/deep/b.jpg",
                                         "private.jpg", "privately/c.jpg", "x/private.d/e.jpg", "*/a.jpg",       "lit\\*/a.jpg"};
  const TemporaryFolder folder;
  for (const std::string& key : keys) folder.write(key);
  const auto list_keys_alone = [&](const std::function<void(Entry)>& visit) {
    for (const std::string& key : keys) visit({key, 0, 1});
  };
  const std::vector<std::pair<std::string, std::size_t>> cases = {
      // glob: how many it leaves
      {"private/*", 8},    {"private/**", 8}, {"private/", 7}, {"private", 7}, {"*/private", 9}, {"a/private", 9}, {"priv*", 4},
      {"./private/*", 10}, {"private/?*", 8}, {"*/b.jpg", 8},  {"\\*", 9},     {"*", 0},         {"/", 10},        {"*/", 2}};
  for (const auto& [glob, left] : cases) {
    ListingOptions options;
    options.exclude = {glob};
    EXPECT_EQ(list_images(folder.location(), options).images.size(), left) << glob;
    EXPECT_EQ(keys_of(list_images(list_keys_alone, options)), list_keys(folder, options)) << glob;
  }
}

TEST(ListImages, PassesOverWhatSystemsAndProgramsKeepUnlessAskedForIt) {
  const TemporaryFolder folder;
  const std::vector<std::string> kept = {"$RECYCLE.BIN/a.jpg",       ".Trash-1000/files/a.jpg", ".Trashes/a.jpg",
                                         ".ipynb_checkpoints/a.jpg", ".thumbnails/a.png",       "System Volume Information/a.jpg",
                                         "__MACOSX/b/a.jpg",         "b/@eaDir/a.jpg",          "c/.@__thumb/a.jpg",
                                         "lost+found/a.jpg"};
  const std::vector<std::string> photos = {".hidden/a.jpg", "@eaDirs/a.jpg", "MACOSX/a.jpg", "thumbnails/a.jpg", "trash.jpg"};
  for (const std::string& key : kept) folder.write(key);
  for (const std::string& key : photos) folder.write(key);
  const Listing listing = list_images(folder.location(), {});
  EXPECT_EQ(keys_of(listing),
            (std::vector<std::string>{".hidden/a.jpg", "@eaDirs/a.jpg", "MACOSX/a.jpg", "thumbnails/a.jpg", "trash.jpg"}));
  EXPECT_EQ(listing.passed_over.by_reason.at(static_cast<std::size_t>(Reason::kDefaultExclude)),
            (PassedOver::Count{0, kept.size(), "$RECYCLE.BIN"}));
  ListingOptions options;
  options.no_default_excludes = true;
  EXPECT_EQ(list_images(folder.location(), options).images.size(), kept.size() + photos.size());
  const auto list_as_a_bucket = [&](const std::function<void(Entry)>& visit) {
    for (const std::string& key : kept) visit({key, 1, 1});
    for (const std::string& key : photos) visit({key, 1, 1});
  };
  EXPECT_EQ(keys_of(list_images(list_as_a_bucket, {})), keys_of(listing));
  EXPECT_EQ(list_images(list_as_a_bucket, {}).passed_over.total(), kept.size());
}

TEST(ListImages, TellsTheNotesOfMacOsFromPhotosByTheirBytes) {
  const TemporaryFolder folder;
  folder.write("a.jpg", "photo");
  folder.write("._a.jpg", std::string("\0\5\x16\7\0\2\0\0Mac OS X", 16));
  folder.write("b/._b.jpg", "\xff\xd8\xff photo");
  folder.write("._empty.jpg");
  EXPECT_EQ(list_keys(folder), (std::vector<std::string>{"._empty.jpg", "a.jpg", "b/._b.jpg"}));
  ListingOptions options;
  options.no_default_excludes = true;
  EXPECT_EQ(list_images(folder.location(), options).images.size(), 4U);
}

TEST(ListImages, TakesNothingThatCoulisHasWritten) {
  const std::string part = "features/part-00000-0123456789abcdef0123456789abcdef.snappy.parquet";
  ListingOptions all;
  all.include = {"*"};
  for (const std::vector<std::string>& marks :
       std::vector<std::vector<std::string>>{{".coulis-lock"}, {".coulis-export"}, {"manifest.json", "pca_model.safetensors"}, {part}}) {
    const TemporaryFolder folder;
    folder.write("a.jpg");
    folder.write("old-one/b.jpg");
    for (const std::string& mark : marks) folder.write("deep/old/" + mark);
    folder.write("deep/old/sprite.jpg");
    folder.write("deep/old/more/x.jpg");
    folder.write("deep/c.jpg");
    const std::vector<std::string> photos = {"a.jpg", "deep/c.jpg", "old-one/b.jpg"};
    EXPECT_EQ(list_keys(folder), photos) << marks.front();
    EXPECT_EQ(list_keys(folder, all), photos) << marks.front();
    EXPECT_EQ(list_images(folder.location(), all).passed_over.by_reason.at(static_cast<std::size_t>(Reason::kCoulis)).files,
              marks.size() + 2);
  }
}

TEST(ListImages, TakesFilesThatOnlyHaveNamesLikeOurs) {
  const TemporaryFolder folder;
  const std::vector<std::string> photos = {"data/train-1.jpg", "features/part-00000.jpg",     "manifest.json", "old/manifest.json",
                                           "old/photo.jpg",    "other/pca_model.safetensors", "sprite.jpg"};
  for (const std::string& key : photos) folder.write(key);
  ListingOptions all;
  all.include = {"*"};
  EXPECT_EQ(list_keys(folder, all), photos);
}

TEST(ListImages, TakesThePhotosOfAFolderThatIsInputAndOutput) {
  const TemporaryFolder folder;
  for (const char* key : {"a.jpg", "features/b.jpg", ".coulis-lock", "matrix.csv", "_SUCCESS",
                          "features/part-00000-0123456789abcdef0123456789abcdef.snappy.parquet"})
    folder.write(key);
  ListingOptions all;
  all.include = {"*"};
  const Location place = folder.location();
  EXPECT_EQ(keys_of(list_images(place, all, &place)), (std::vector<std::string>{"a.jpg", "features/b.jpg"}));
}

// job/listing knows the names by itself, as it lies below job/output.
TEST(ListImages, TakesNoFileThatARunWritesIntoTheOutput) {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  folder.write(".coulis-lock");
  folder.write(kSuccessKey);
  for (const std::string_view beginning : kKeyBeginnings) {
    const bool is_whole = !beginning.ends_with("part-");
    const std::string rest = beginning == kCsvBeginning ? "00000.csv" : "00000-0123456789abcdef0123456789abcdef.snappy.parquet";
    folder.write(std::string(beginning) + (is_whole ? "" : rest));
  }
  ListingOptions all;
  all.include = {"*"};
  const Location place = folder.location();
  EXPECT_EQ(keys_of(list_images(place, all, &place)), std::vector<std::string>{"a.jpg"});
}

TEST(ListImages, DoesNotLookIntoTheOutputHoweverItIsReached) {
  const TemporaryFolder elsewhere;
  elsewhere.write("out/a.jpg");
  const TemporaryFolder folder;
  folder.write("photo.jpg");
  folder.write("results/b.jpg");
  std::filesystem::create_directory_symlink(elsewhere.path_of("out"), folder.path_of("link"));
  std::filesystem::create_directory_symlink(folder.path_of("results"), elsewhere.path_of("way"));
  const auto keys_beside = [&](const std::string& output) {
    const Location place(output);
    return keys_of(list_images(folder.location(), {}, &place));
  };
  EXPECT_EQ(keys_beside(folder.path_of("results")), (std::vector<std::string>{"link/a.jpg", "photo.jpg"}));
  EXPECT_EQ(keys_beside(elsewhere.path_of("way")), (std::vector<std::string>{"link/a.jpg", "photo.jpg"}));
  EXPECT_EQ(keys_beside(elsewhere.path_of("out")), (std::vector<std::string>{"photo.jpg", "results/b.jpg"}));
  EXPECT_EQ(keys_beside(std::filesystem::path(folder.path()).parent_path()).size(), 3U);  // INPUT below OUTPUT is as good as any
}

TEST(ListImages, AddsUpTheBytesOfTheImagesOnly) {
  const TemporaryFolder folder;
  folder.write("a.jpg", "123");
  folder.write("b.png", "12345");
  folder.write("c.txt", "1234567");
  const Listing listing = list_images(folder.location(), {});
  EXPECT_EQ(listing.total_bytes, 8U);
  ASSERT_EQ(listing.images.size(), 2U);
  EXPECT_EQ(listing.images.at(1).size_bytes, 5U);
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
