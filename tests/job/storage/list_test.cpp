#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/error.hpp"
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

using Found = std::multiset<std::pair<EntryKind, std::string>>;

Found walk(const Location& location, const std::function<bool(std::string_view)>& enters = {}) {
  Found found;
  location.walk({[&](const Entry& entry, EntryKind kind) { found.emplace(kind, entry.key); }, enters});
  return found;
}

TEST(Walk, GoesOnAfterAFolderThatMayNotBeListedAndReadingItSaysWhy) {
  const TemporaryFolder folder;
  folder.write("open/a.jpg");
  folder.write("closed/b.jpg");
  chmod(folder.path_of("closed").c_str(), 0);
  const WithoutPrivileges nobody(folder);
  EXPECT_EQ(walk(folder.location()), (Found{{EntryKind::kFile, "open/a.jpg"}, {EntryKind::kUnlisted, "closed"}}));
  const Failure failure = folder.location().get(Entry{"closed"}).failure();
  EXPECT_EQ(failure.code, FailureCode::kUnreadable);
  EXPECT_EQ(failure.message, "the folder could not be listed: Permission denied");
}

TEST(Walk, TakesAFolderWithoutTheRightToSearchItForNamesThatCannotBeLookedAt) {
  const TemporaryFolder folder;
  folder.write("half/b.jpg");
  folder.write("half/below/c.jpg");
  std::filesystem::create_symlink("below", folder.path_of("half/link"));
  chmod(folder.path_of("half").c_str(), 0644);
  {
    const WithoutPrivileges nobody(folder);
    EXPECT_EQ(walk(folder.location()),
              (Found{{EntryKind::kFile, "half/b.jpg"}, {EntryKind::kUnlisted, "half/below"}, {EntryKind::kUnseen, "half/link"}}));
    for (const char* key : {"half/b.jpg", "half/below", "half/link"}) {
      EXPECT_EQ(folder.location().get(Entry{key}).failure().code, FailureCode::kUnreadable) << key;
    }
  }
  chmod(folder.path_of("half").c_str(), 0755);
}

TEST(Walk, DoesNotTouchAFolderThatIsNotToBeEntered) {
  const TemporaryFolder folder;
  folder.write("a.jpg");
  folder.write("private/b.jpg");
  chmod(folder.path_of("private").c_str(), 0);
  const WithoutPrivileges nobody(folder);
  EXPECT_EQ(walk(folder.location(), [](std::string_view key) { return key != "private"; }), (Found{{EntryKind::kFile, "a.jpg"}}));
}

TEST(Walk, TellsOfLinksThatLeadNowhereAndOfWhatIsNoFile) {
  const TemporaryFolder folder;
  std::filesystem::create_symlink("nowhere", folder.path_of("gone"));
  std::filesystem::create_symlink("circle", folder.path_of("circle"));
  ASSERT_EQ(mkfifo(folder.path_of("pipe.jpg").c_str(), 0600), 0);
  EXPECT_EQ(walk(folder.location()),
            (Found{{EntryKind::kUnseen, "circle"}, {EntryKind::kUnseen, "gone"}, {EntryKind::kSpecial, "pipe.jpg"}}));
}

TEST(Walk, FailsOnARootThatMayNotBeListed) {
  const TemporaryFolder folder;
  folder.write("root/a.jpg");
  chmod(folder.path_of("root").c_str(), 0);
  const WithoutPrivileges nobody(folder);
  EXPECT_EQ(thrown_error([&] { walk(Location(folder.path_of("root"))); }).code(), ErrorCode::kStorage);
  const Error below = thrown_error([&] { walk(Location(folder.path_of("root/deeper"))); });
  EXPECT_NE(std::string(below.what()).find("Permission denied"), std::string::npos) << below.what();
}

// 30 folders of 200 bytes: below them a path is longer than the system takes at once.
TEST(Walk, ReadsPathsOfAnyLength) {
  const TemporaryFolder folder;
  const std::string name(200, 'd');
  std::string key;
  int at = open(folder.path().c_str(), O_PATH | O_DIRECTORY);
  for (int depth = 0; depth < 30; ++depth) {
    ASSERT_EQ(mkdirat(at, name.c_str(), 0755), 0);
    const int below = openat(at, name.c_str(), O_PATH | O_DIRECTORY);
    close(at);
    at = below;
    key += name + "/";
  }
  key += "photo.jpg";
  const int file = openat(at, "photo.jpg", O_WRONLY | O_CREAT, 0644);
  ASSERT_EQ(write(file, "photo", 5), 5);
  close(file);
  close(at);
  EXPECT_EQ(walk(folder.location()), (Found{{EntryKind::kFile, key}}));
  const Entry entry{key, 5, 1};
  EXPECT_EQ(to_text(folder.location().get(entry).value()), "photo");
  folder.location().will_need({key});
}

// A folder each was open at once, and a call deep each.
// As one thread lists them: a folder, then the one that it found last.
std::vector<std::string> keys_in_order(const std::filesystem::path& root) {
  std::vector<std::string> keys;
  std::vector<std::filesystem::path> waiting = {root};
  while (!waiting.empty()) {
    const std::filesystem::path folder = waiting.back();
    waiting.pop_back();
    for (const auto& item : std::filesystem::directory_iterator(folder)) {
      if (item.is_directory()) {
        waiting.push_back(item.path());
      } else {
        keys.push_back(item.path().lexically_relative(root).string());
      }
    }
  }
  return keys;
}

TEST(Walk, ReadsManyFoldersAtOnceInTheOrderOfOneThread) {
  const TemporaryFolder folder;
  for (int i = 0; i < 60; ++i) {
    const std::string top = "f" + std::to_string(i % 7) + "/g" + std::to_string(i);
    for (int j = 0; j < 40; ++j) folder.write(top + "/" + std::to_string(j) + ".jpg");
    folder.write(top + "/deep/er/photo.jpg");
  }
  for (int i = 0; i < 3000; ++i) folder.write("f3/large/" + std::to_string(i) + ".jpg");
  const std::vector<std::string> wanted = keys_in_order(folder.path());
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> found;
    folder.location().walk({[&](const Entry& entry, EntryKind) { found.push_back(entry.key); }, {}});
    ASSERT_TRUE(found == wanted) << round;
  }
}

TEST(Walk, EndsWhereTheVisitorThrowsAmongManyFolders) {
  const TemporaryFolder folder;
  for (int i = 0; i < 3000; ++i) folder.write("f" + std::to_string(i % 50) + "/" + std::to_string(i) + ".jpg");
  int visited = 0;
  const auto visit = [&](const Entry&, EntryKind) {
    if (++visited == 500) throw Error(ErrorCode::kInterrupted, "enough");
  };
  EXPECT_EQ(thrown_error([&] { folder.location().walk({visit, {}}); }).code(), ErrorCode::kInterrupted);
  EXPECT_EQ(visited, 500);
}

TEST(Walk, NeedsNoMoreThanAFewOpenFilesHoweverDeepFoldersLie) {
  const TemporaryFolder folder;
  std::string key;
  for (int depth = 0; depth < 500; ++depth) key += "d/";
  folder.write(key + "photo.jpg");
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = 64;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  const Found found = walk(folder.location());
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(found, (Found{{EntryKind::kFile, key + "photo.jpg"}}));
}

TEST(List, FailsOnARootThatIsAFile) {
  const TemporaryFolder folder;
  folder.write("file");
  EXPECT_EQ(thrown_error([&] { keys_in(Location(folder.path_of("file"))); }).code(), ErrorCode::kStorage);
}

}  // namespace
}  // namespace coulis
