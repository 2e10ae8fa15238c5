#include "job/storage/absolute_path.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

namespace fs = std::filesystem;

// one/photos, two/deep/photos, and one/link -> ../two/deep, one/out -> the same by its full name, one/nowhere -> nothing.
struct Tree : TemporaryFolder {
  Tree() {
    for (const char* folder : {"one/photos", "two/deep/photos"}) fs::create_directories(path_of(folder));
    write("one/file");
    fs::create_symlink("../two/deep", path_of("one/link"));
    fs::create_symlink(path_of("two/deep"), path_of("one/out"));
    fs::create_symlink("gone", path_of("one/nowhere"));
  }
};

TEST(AbsolutePath, LeadsWhereTheSystemLeads) {
  const Tree tree;
  const std::vector<std::string> parts = {"..", "link", "photos", ".", "out", "one", "two", "deep", ""};
  std::vector<std::string> paths = {tree.path_of("one")};
  for (std::size_t i = 0; i < paths.size() && paths.size() < 8000; ++i) {
    for (const std::string& part : parts) paths.push_back(paths[i] + "/" + part);
  }
  int there = 0;
  for (const std::string& path : paths) {
    std::error_code missing;
    const fs::path wanted = fs::canonical(path, missing);  // realpath(3): the system's own answer
    const std::string found = absolute_path(path);
    std::error_code missing_here;
    EXPECT_EQ(fs::canonical(found, missing_here), wanted) << path << " as " << found;
    EXPECT_EQ(bool(missing), bool(missing_here)) << path << " as " << found;
    if (missing) continue;
    ++there;
    EXPECT_EQ(found.find("/."), std::string::npos) << path << " as " << found;
    EXPECT_EQ(absolute_path(found), found);
  }
  EXPECT_GT(there, 100);
}

TEST(AbsolutePath, DropsWhatAddsNothingAndKeepsLinks) {
  const Tree tree;
  const std::string here = fs::current_path().string();
  EXPECT_EQ(absolute_path("photos"), here + "/photos");
  EXPECT_EQ(absolute_path("./photos//"), here + "/photos");
  EXPECT_EQ(absolute_path("."), here);
  EXPECT_EQ(absolute_path(".."), fs::path(here).parent_path().string());
  EXPECT_EQ(absolute_path("/"), "/");
  EXPECT_EQ(absolute_path("//../..//"), "/");
  EXPECT_EQ(absolute_path(tree.path_of("one/photos/../link/photos/")), tree.path_of("one/link/photos"));
  EXPECT_EQ(absolute_path(tree.path_of("one/link/photos/..")), tree.path_of("one/link"));
}

TEST(AbsolutePath, LeavesToTheSystemWhatIsNotThere) {
  const Tree tree;
  for (const char* path : {"one/missing/../photos", "one/file/../photos", "one/nowhere/../photos", "one/missing/../../two"}) {
    EXPECT_EQ(absolute_path(tree.path_of(path)), tree.path_of(path));
  }
}

TEST(AbsolutePath, SaysThatTheWorkingFolderIsGone) {
  const fs::path before = fs::current_path();
  {
    const TemporaryFolder folder;
    fs::current_path(folder.path());
  }
  const Error error = thrown_error([] { absolute_path("photos"); });
  EXPECT_EQ(absolute_path("/photos"), "/photos");
  fs::current_path(before);
  EXPECT_EQ(error.code(), ErrorCode::kStorage);
}

}  // namespace
}  // namespace coulis
