#include "job/storage/location.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/job/storage/without_privileges.hpp"
#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

FailureCode failure_of(const TemporaryFolder& folder, const std::string& key) {
  const Outcome<Bytes> bytes = folder.location().get(key);
  EXPECT_FALSE(bytes.ok()) << key;
  if (bytes.ok()) return FailureCode::kEmpty;
  EXPECT_EQ(bytes.failure().stage, Stage::kRead);
  EXPECT_FALSE(bytes.failure().message.empty());
  return bytes.failure().code;
}

TEST(Location, MakesARelativePathAbsoluteAndDropsWhatAddsNothing) {
  const std::string here = std::filesystem::current_path().string();
  EXPECT_EQ(Location("photos").root(), here + "/photos");
  EXPECT_EQ(Location("./photos//").root(), here + "/photos");
  EXPECT_EQ(Location("/").root(), "/");
  EXPECT_EQ(Location("/").path_of("a/b"), "/a/b");
  EXPECT_EQ(Location("/photos/").path_of("a/b"), "/photos/a/b");
}

TEST(Location, RefusesSchemesAndAnEmptyName) {
  const Error scheme = thrown_error([] { Location location("ftp://host/photos"); });
  EXPECT_EQ(scheme.code(), ErrorCode::kUsage);
  EXPECT_NE(scheme.remedy().find("s3://"), std::string::npos);
  EXPECT_EQ(thrown_error([] { Location location(""); }).code(), ErrorCode::kUsage);
}

TEST(Location, RefusesANulInsteadOfReadingTheFolderBeforeIt) {
  for (const std::string& uri : {std::string("/tmp\0/photos", 12), std::string("s3://bucket/a\0b", 15)}) {
    EXPECT_EQ(thrown_error([&] { Location location(uri); }).code(), ErrorCode::kUsage);
  }
}

TEST(Location, KeepsDotsInABucketWhereTheyAreLetters) {
  EXPECT_EQ(Location("s3://bucket/a/../b/./c").root(), "s3://bucket/a/../b/./c");
  EXPECT_EQ(Location("s3://bucket/..").path_of("../a.jpg"), "s3://bucket/../../a.jpg");
}

TEST(Location, NamesABucketAsAPersonTypesIt) {
  const Location photos("s3://bucket/some//photos/");
  EXPECT_EQ(photos.root(), "s3://bucket/some//photos");
  EXPECT_EQ(photos.path_of("a b.jpg"), "s3://bucket/some//photos/a b.jpg");
  EXPECT_FALSE(photos.traits().local);
  EXPECT_EQ(Location("s3://bucket").path_of("a"), "s3://bucket/a");
  EXPECT_EQ(thrown_error([] { Location location("s3:///photos"); }).code(), ErrorCode::kUsage);
}

TEST(Get, ReadsTheWholeFile) {
  const TemporaryFolder folder;
  std::string text(300'000, 'x');
  text[1] = '\0';
  folder.write("odd \xff\n name", text);
  folder.write("empty");
  EXPECT_EQ(to_text(folder.location().get("odd \xff\n name").value()), text);
  EXPECT_TRUE(folder.location().get("empty").value().empty());
}

TEST(Get, SaysThatAMissingFileHasVanished) {
  const TemporaryFolder folder;
  EXPECT_EQ(failure_of(folder, "nothing"), FailureCode::kVanished);
  EXPECT_EQ(failure_of(folder, "no/such/folder"), FailureCode::kVanished);
}

TEST(Get, SaysThatTheTargetOfABrokenLinkHasVanished) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("nowhere", folder.path_of("link"));
  std::filesystem::create_symlink("circle", folder.path_of("circle"));
  EXPECT_EQ(failure_of(folder, "link"), FailureCode::kVanished);
  EXPECT_EQ(failure_of(folder, "circle"), FailureCode::kVanished);
}

TEST(Get, CannotReadAFolderNorAPathThroughAFile) {
  const TemporaryFolder folder;
  folder.write("photos/a.jpg", "x");
  EXPECT_EQ(failure_of(folder, "photos"), FailureCode::kUnreadable);
  EXPECT_EQ(failure_of(folder, "photos/a.jpg/b.jpg"), FailureCode::kUnreadable);
}

TEST(Get, SaysThatAFileWithoutPermissionIsUnreadable) {
  const TemporaryFolder folder;
  folder.write("secret.jpg", "x");
  chmod(folder.path_of("secret.jpg").c_str(), 0);
  const WithoutPrivileges nobody(folder);
  EXPECT_EQ(failure_of(folder, "secret.jpg"), FailureCode::kUnreadable);
}

TEST(Get, RefusesAFileLargerThanAnyPhotoBeforeItTakesTheMemory) {
  const TemporaryFolder folder;
  folder.write("sparse.jpg");
  ASSERT_EQ(truncate(folder.path_of("sparse.jpg").c_str(), (off_t{4} << 30) + 1), 0);
  EXPECT_EQ(failure_of(folder, "sparse.jpg"), FailureCode::kUnreadable);
}

TEST(Get, SaysThatAFileHasChangedThatGrewOrShrank) {
  const TemporaryFolder folder;
  folder.write("a.jpg", "12345");
  for (const std::uint64_t listed : {std::uint64_t{4}, std::uint64_t{6}}) {
    const Outcome<Bytes> bytes = folder.location().get(Entry{"a.jpg", listed, 0});
    ASSERT_FALSE(bytes.ok());
    EXPECT_EQ(bytes.failure().code, FailureCode::kChanged);
  }
}

// It must not wait either: a pipe without a writer would hold an open() for ever.
TEST(WillNeed, TakesAnything) {
  const TemporaryFolder folder;
  ASSERT_EQ(mkfifo(folder.path_of("pipe").c_str(), 0600), 0);
  for (const char* key : {"pipe", "missing", "."}) EXPECT_NO_THROW(folder.location().will_need({key})) << key;
}

TEST(GetOrThrow, NamesThePathInAFormThatCanBePrinted) {
  const TemporaryFolder folder;
  const Error error = thrown_error([&] { static_cast<void>(folder.location().get_or_throw("\xff.parquet")); });
  EXPECT_EQ(error.code(), ErrorCode::kStorage);
  EXPECT_NE(std::string(error.what()).find("\\xff.parquet"), std::string::npos) << error.what();
}

TEST(Has, FollowsLinks) {
  const TemporaryFolder folder;
  folder.write("file");
  std::filesystem::create_symlink("file", folder.path_of("good"));
  std::filesystem::create_symlink("nowhere", folder.path_of("broken"));
  EXPECT_TRUE(folder.location().has("file"));
  EXPECT_TRUE(folder.location().has("good"));
  EXPECT_FALSE(folder.location().has("broken"));
  EXPECT_TRUE(folder.location().exists());
  EXPECT_FALSE(Location(folder.path_of("missing")).exists());
}

}  // namespace
}  // namespace coulis
