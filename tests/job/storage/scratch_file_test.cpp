#include "job/storage/scratch_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name), earlier_(std::getenv(name) == nullptr ? "" : std::getenv(name)) {
    setenv(name, value.c_str(), 1);
  }
  ~Variable() { earlier_.empty() ? unsetenv(name_) : setenv(name_, earlier_.c_str(), 1); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string earlier_;
};

std::string read(const ScratchFile& file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '?');
  file.read(offset, bytes);
  return bytes;
}

TEST(ScratchFile, GivesBackItsBytesAndLeavesNoFile) {
  const TemporaryFolder folder;
  const Variable temporary("TMPDIR", folder.path_of(""));
  ScratchFile file;
  file.append("one");
  file.append("");
  file.append("three");
  EXPECT_EQ(file.size(), 8U);
  EXPECT_EQ(read(file, 0, 8), "onethree");
  EXPECT_EQ(read(file, 2, 3), "eth");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path_of("")));
}

TEST(ScratchFile, IsInMemoryWhereThereIsNoFolderForIt) {
  const Variable temporary("TMPDIR", "/does/not/exist");
  ScratchFile file;
  file.append("bytes");
  EXPECT_EQ(read(file, 0, 5), "bytes");
}

TEST(ScratchFile, SaysThatThereIsNoRoom) {
  const TemporaryFolder folder;
  const Variable temporary("TMPDIR", folder.path_of(""));
  ScratchFile file;
  rlimit earlier{};
  getrlimit(RLIMIT_FSIZE, &earlier);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit small = earlier;
  small.rlim_cur = 1024;
  setrlimit(RLIMIT_FSIZE, &small);
  const Error error = thrown_error([&] { file.append(std::string(5000, 'x')); });
  setrlimit(RLIMIT_FSIZE, &earlier);
  std::signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(error.code(), ErrorCode::kStorage);
  EXPECT_NE(std::string(error.what()).find("cannot write a scratch file in " + folder.path_of("")), std::string::npos) << error.what();
  EXPECT_NE(error.remedy().find("TMPDIR"), std::string::npos);
}

TEST(ScratchFile, EndsWhereItsBytesEnd) {
  ScratchFile file;
  file.append("bytes");
  EXPECT_EQ(thrown_error([&] { read(file, 3, 3); }).code(), ErrorCode::kStorage);
}

}  // namespace
}  // namespace coulis
