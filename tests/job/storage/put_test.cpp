#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "job/storage/location.hpp"
#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

// What lies directly in a folder, temporary files included.
std::set<std::string> names_in(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& item : std::filesystem::directory_iterator(folder)) names.insert(item.path().filename().string());
  return names;
}

// No file may grow beyond `bytes` while this lives: a full disk.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  sighandler_t handler_;
  rlimit before_{};
};

TEST(Put, WritesTheWholeObjectAndLeavesNothingElse) {
  const TemporaryFolder folder;
  folder.location().put("table.csv", "a,b\n");
  EXPECT_EQ(to_text(folder.location().get_or_throw("table.csv")), "a,b\n");
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"table.csv"});
}

TEST(Put, MakesTheFoldersAbove) {
  const TemporaryFolder folder;
  folder.location().put("one/two/file", "x");
  EXPECT_EQ(to_text(folder.location().get_or_throw("one/two/file")), "x");
}

TEST(Put, ReplacesWhatWasThere) {
  const TemporaryFolder folder;
  folder.location().put("file", "a long first text");
  folder.location().put("file", "short");
  EXPECT_EQ(to_text(folder.location().get_or_throw("file")), "short");
  folder.location().put("file", "");
  EXPECT_EQ(folder.location().get_or_throw("file").size(), 0U);
}

TEST(Put, KeepsWhatWasThereWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  folder.location().put("file", "before");
  {
    const FileSizeLimit limit(16);
    const Error error = thrown_error([&] { folder.location().put("file", std::string(100, 'x')); });
    EXPECT_EQ(error.code(), ErrorCode::kStorage);
    EXPECT_NE(std::string(error.what()).find(folder.path_of("file")), std::string::npos) << error.what();
  }
  EXPECT_EQ(to_text(folder.location().get_or_throw("file")), "before");
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"file"});
}

TEST(Put, RefusesAKeyBelowAFileAndSaysSo) {
  const TemporaryFolder folder;
  folder.write("file", "x");
  const Error error = thrown_error([&] { folder.location().put("file/below", "y"); });
  EXPECT_EQ(error.code(), ErrorCode::kStorage);
  EXPECT_NE(error.remedy().find("is a file"), std::string::npos) << error.remedy();
}

TEST(Put, RefusesToReplaceAFolderAndLeavesNothing) {
  const TemporaryFolder folder;
  folder.write("name/inside", "x");
  EXPECT_EQ(thrown_error([&] { folder.location().put("name", "y"); }).code(), ErrorCode::kStorage);
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"name"});
}

TEST(Put, NamesAnOddPathInAFormThatCanBePrinted) {
  const TemporaryFolder folder;
  const FileSizeLimit limit(0);
  const Error error = thrown_error([&] { folder.location().put("odd\xff\n", "text"); });
  EXPECT_NE(std::string(error.what()).find("odd\\xff\\x0a"), std::string::npos) << error.what();
}

TEST(PutStream, ShowsNothingBeforeCommit) {
  const TemporaryFolder folder;
  PutStream stream(folder.location(), "matrix.csv");
  stream.write(to_bytes("one,"));
  EXPECT_FALSE(folder.location().has("matrix.csv"));
  stream.write(to_bytes("two"));
  stream.commit();
  EXPECT_EQ(to_text(folder.location().get_or_throw("matrix.csv")), "one,two");
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"matrix.csv"});
}

TEST(PutStream, KnowsItsOwnBytesFromThoseOfAnotherForTheSameKey) {
  const TemporaryFolder folder;
  PutStream first(folder.location(), "part");
  first.write(to_bytes("whole"));
  PutStream second(folder.location(), "part");
  first.commit();
  EXPECT_EQ(to_text(folder.location().get_or_throw("part")), "whole");
  second.write(to_bytes("other"));
  EXPECT_EQ(to_text(folder.location().get_or_throw("part")), "whole");
  second.commit();
  EXPECT_EQ(to_text(folder.location().get_or_throw("part")), "other");
}

TEST(PutStream, DiscardsEverythingWhenDestroyed) {
  const TemporaryFolder folder;
  folder.write("matrix.csv", "before");
  {
    PutStream stream(folder.location(), "matrix.csv");
    stream.write(to_bytes("half"));
    EXPECT_EQ(names_in(folder.path()).size(), 2U);
  }
  EXPECT_EQ(names_in(folder.path()), std::set<std::string>{"matrix.csv"});
  EXPECT_EQ(to_text(folder.location().get_or_throw("matrix.csv")), "before");
}

TEST(RemoveLeftovers, RemovesTemporaryFilesOfKilledRunsAndNothingElse) {
  const TemporaryFolder folder;
  for (const char* key :
       {".coulis-tmp-1-matrix.csv", "features/.coulis-tmp-2-part", "pca/.coulis-tmp-3-part", "pca/mine", ".hidden", "kept/.coulis-tmp-4"}) {
    folder.write(key, "x");
  }
  const std::array<std::string_view, 3> beginnings = {"matrix.csv", "features/part-", "pca/part-"};
  folder.location().remove_leftovers(beginnings);
  EXPECT_EQ(names_in(folder.path()), (std::set<std::string>{".hidden", "features", "pca", "kept"}));
  EXPECT_TRUE(names_in(folder.path_of("features")).empty());
  EXPECT_EQ(names_in(folder.path_of("pca")), std::set<std::string>{"mine"});
  EXPECT_EQ(names_in(folder.path_of("kept")).size(), 1U);
}

TEST(Remove, TakesAMissingKeyForRemoved) {
  const TemporaryFolder folder;
  folder.write("file");
  folder.location().remove("file");
  EXPECT_FALSE(folder.location().has("file"));
  EXPECT_NO_THROW(folder.location().remove("file"));
}

}  // namespace
}  // namespace coulis
