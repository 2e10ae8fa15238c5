#include "core/base/read_file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace coulis {
namespace {

namespace fs = std::filesystem;

class ReadFile : public testing::Test {
 protected:
  ReadFile() { fs::create_directories(folder_); }
  ~ReadFile() override { fs::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }

  const fs::path folder_ = fs::temp_directory_path() / ("coulis-read-file-" + std::to_string(getpid()));
};

Failure failure_of(const std::string& path, std::uint64_t most_bytes = 1000) {
  const Outcome<std::vector<std::byte>> bytes = read_file(path, most_bytes);
  return bytes ? Failure{Stage::kDecode, FailureCode::kEmpty, "it was read"} : bytes.failure();
}

TEST_F(ReadFile, RefusesWhatIsNoFileWithoutWaiting) {
  const std::string pipe = folder_ / "pipe.jpg";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int server = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{AF_UNIX, {}};
  const std::string socket_path = folder_ / "socket.jpg";
  std::strncpy(address.sun_path, socket_path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  fs::create_symlink("pipe.jpg", folder_ / "link.jpg");
  for (const auto& [path, kind] : {std::pair(pipe, "pipe"),
                                   {folder_ / "link.jpg", "pipe"},
                                   {socket_path, "socket"},
                                   {std::string("/dev/zero"), "device"},
                                   {std::string("/dev/tty"), "device"}}) {
    const Failure failure = failure_of(path);
    if (path == "/dev/tty" && failure.message.find("No such device") != std::string::npos) continue;  // there is no terminal
    EXPECT_EQ(failure.code, FailureCode::kUnreadable) << path;
    EXPECT_EQ(failure.message, std::string("cannot be read: it is a ") + kind + ", not a file") << path;
    start_reading(path, 0, 0);
  }
  close(server);
}

TEST_F(ReadFile, ReadsNoOtherFileForANameWithNul) {
  const std::string path = write("a.jpg", "text");
  const Failure failure = failure_of(path + std::string(1, '\0') + "b.jpg");
  EXPECT_EQ(failure.code, FailureCode::kUnreadable);
  EXPECT_NE(failure.message.find("NUL"), std::string::npos) << failure.message;
}

TEST_F(ReadFile, ReadsToTheEndWhateverSizeAFileSays) {
  EXPECT_EQ(fs::file_size("/proc/self/maps"), 0U);
  EXPECT_GT(read_file("/proc/self/maps", 1 << 20).value().size(), 100U);
  const std::string text(300'000, 'x');
  EXPECT_EQ(read_file(write("large", text), 300'000).value().size(), 300'000U);
  EXPECT_TRUE(read_file(write("empty", ""), 0).value().empty());
}

TEST_F(ReadFile, StopsAtTheLimitAlsoWhereTheSizeWasNotTold) {
  EXPECT_EQ(failure_of(write("large", std::string(1001, 'x'))).code, FailureCode::kUnreadable);
  EXPECT_EQ(failure_of("/proc/self/maps", 10).code, FailureCode::kUnreadable);
}

// A file server takes a lease on a file that a client of it writes: to open it, one waits until the lease is given back.
TEST_F(ReadFile, WaitsForAFileThatIsLeased) {
  const std::string path = write("leased.jpg", "text");
  const int file = open(path.c_str(), O_RDWR);
  ASSERT_EQ(fcntl(file, F_SETSIG, SIGURG), 0);  // ignored
  if (fcntl(file, F_SETLEASE, F_WRLCK) != 0) GTEST_SKIP() << "no leases on this file system";
  const std::jthread holder([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    fcntl(file, F_SETLEASE, F_UNLCK);
  });
  EXPECT_EQ(failure_of(path).message, "it was read");
  close(file);
}

}  // namespace
}  // namespace coulis
