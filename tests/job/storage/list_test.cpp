#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "job/storage/location.hpp"
#include "tests/job/storage/without_privileges.hpp"
#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

std::multiset<std::string> keys_in(const Location& location, std::string_view prefix = "") {
  std::multiset<std::string> keys;
  location.list(prefix, [&](const Entry& entry) { keys.insert(entry.key); });
  return keys;
}

TEST(List, FindsEveryFileBelowWithItsKey) {
  const TemporaryFolder folder;
  for (const char* key : {"a.jpg", "one/b.jpg", "one/two/c", ".hidden"}) folder.write(key);
  std::filesystem::create_directory(folder.path_of("empty"));
  EXPECT_EQ(keys_in(folder.location()), (std::multiset<std::string>{".hidden", "a.jpg", "one/b.jpg", "one/two/c"}));
}

TEST(List, TellsSizeAndTimeInNanoseconds) {
  const TemporaryFolder folder;
  folder.write("a.jpg", "12345");
  const timespec times[2] = {{.tv_sec = 1, .tv_nsec = 2}, {.tv_sec = 1'600'000'000, .tv_nsec = 123'456'789}};
  ASSERT_EQ(utimensat(AT_FDCWD, folder.path_of("a.jpg").c_str(), times, 0), 0);
  int count = 0;
  folder.location().list("", [&](const Entry& entry) {
    ++count;
    EXPECT_EQ(entry.size_bytes, 5U);
    EXPECT_EQ(entry.mtime_ns, 1'600'000'000'123'456'789);
  });
  EXPECT_EQ(count, 1);
}

TEST(List, FindsOnlyWhatLiesBelowThePrefix) {
  const TemporaryFolder folder;
  for (const char* key : {"features/part", "features-old/part", "pca/part"}) folder.write(key);
  EXPECT_EQ(keys_in(folder.location(), "features"), std::multiset<std::string>{"features/part"});
  EXPECT_TRUE(keys_in(folder.location(), "nothing").empty());
}

TEST(List, KeepsKeysWithOddBytesAsTheyAre) {
  const TemporaryFolder folder;
  const std::multiset<std::string> keys = {"\xff\xfe.jpg", "new\nline.jpg", "caf\xe9/a b.jpg", "-rf", "*", "\\x41"};
  for (const std::string& key : keys) folder.write(key);
  EXPECT_EQ(keys_in(folder.location()), keys);
}

TEST(List, FollowsLinksToFilesAndFolders) {
  const TemporaryFolder elsewhere;
  elsewhere.write("inside.jpg", "123");
  const TemporaryFolder folder;
  std::filesystem::create_directory_symlink(elsewhere.path(), folder.path_of("linked"));
  std::filesystem::create_symlink(elsewhere.path_of("inside.jpg"), folder.path_of("file.jpg"));
  EXPECT_EQ(keys_in(folder.location()), (std::multiset<std::string>{"file.jpg", "linked/inside.jpg"}));
  folder.location().list("", [](const Entry& entry) { EXPECT_EQ(entry.size_bytes, 3U) << entry.key; });
}

TEST(List, EndsOnLoopsAndListsEachFileOfThemOnce) {
  const TemporaryFolder folder;
  folder.write("a/photo.jpg");
  std::filesystem::create_directory_symlink(".", folder.path_of("self"));
  std::filesystem::create_directory_symlink("..", folder.path_of("a/up"));
  EXPECT_EQ(keys_in(folder.location()), std::multiset<std::string>{"a/photo.jpg"});
}

TEST(List, ListsABrokenLinkSoThatReadingItSaysWhatIsWrong) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("nowhere", folder.path_of("broken.jpg"));
  EXPECT_EQ(keys_in(folder.location()), std::multiset<std::string>{"broken.jpg"});
}

TEST(List, LeavesOutWhatIsNeitherFileNorFolder) {
  const TemporaryFolder folder;
  ASSERT_EQ(mkfifo(folder.path_of("pipe.jpg").c_str(), 0600), 0);
  EXPECT_TRUE(keys_in(folder.location()).empty());
}

TEST(List, LeavesOutTheTemporaryFilesOfAPut) {
  const TemporaryFolder folder;
  PutStream stream(folder.location(), "features/part");
  EXPECT_TRUE(keys_in(folder.location()).empty());
}

TEST(List, FailsOnAFolderThatCannotBeListedRatherThanLeaveItOut) {
  const TemporaryFolder folder;
  folder.write("open/a.jpg");
  folder.write("closed/b.jpg");
  chmod(folder.path_of("closed").c_str(), 0);
  const WithoutPrivileges nobody(folder);
  const Error error = thrown_error([&] { keys_in(folder.location()); });
  EXPECT_EQ(error.code(), ErrorCode::kStorage);
  EXPECT_NE(std::string(error.what()).find(folder.path_of("closed")), std::string::npos) << error.what();
}

TEST(List, FailsOnARootThatIsAFile) {
  const TemporaryFolder folder;
  folder.write("file");
  EXPECT_EQ(thrown_error([&] { keys_in(Location(folder.path_of("file"))); }).code(), ErrorCode::kStorage);
}

}  // namespace
}  // namespace coulis
