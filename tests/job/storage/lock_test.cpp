#include "job/storage/lock.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/job/temporary_folder.hpp"
#include "tests/job/thrown_error.hpp"

namespace coulis {
namespace {

// Another process that takes the lock and holds it until it is killed.
class Holder {
 public:
  explicit Holder(const Location& output) {
    std::array<int, 2> pipe_ends{};
    if (pipe(pipe_ends.data()) != 0) throw std::runtime_error("no pipe");
    process_ = fork();
    if (process_ == 0) hold(output, pipe_ends[1]);
    close(pipe_ends[1]);
    char byte = 0;
    holds_ = read(pipe_ends[0], &byte, 1) == 1;  // blocks until it has the lock, or has died
    close(pipe_ends[0]);
  }
  ~Holder() { end(); }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;

  bool holds() const { return holds_; }
  pid_t process() const { return process_; }
  void end() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
  }

 private:
  [[noreturn]] static void hold(const Location& output, int ready) {
    try {
      const Lock lock(output);
      if (write(ready, "x", 1) == 1) pause();
    } catch (const Error&) {
    }
    _exit(1);
  }

  pid_t process_ = -1;
  bool holds_ = false;
};

TEST(Lock, MakesTheOutputFolder) {
  const TemporaryFolder folder;
  const Location output(folder.path_of("new/output"));
  const Lock lock(output);
  EXPECT_TRUE(output.exists());
}

TEST(Lock, RefusesASecondHolderInAnotherProcessAndNamesTheFirst) {
  const TemporaryFolder folder;
  const Holder holder(folder.location());
  ASSERT_TRUE(holder.holds());
  const Error error = thrown_error([&] { const Lock lock(folder.location()); });
  EXPECT_EQ(error.code(), ErrorCode::kRunFailed);
  EXPECT_NE(std::string(error.what()).find("process " + std::to_string(holder.process())), std::string::npos) << error.what();
}

TEST(Lock, IsFreeAfterItsHolderIsKilledAndNamesItOnce) {
  const TemporaryFolder folder;
  Holder holder(folder.location());
  ASSERT_TRUE(holder.holds());
  const std::string dead = "process " + std::to_string(holder.process());
  holder.end();
  EXPECT_EQ(Lock(folder.location()).maybe_dead_holder(), dead);
  EXPECT_EQ(Lock(folder.location()).maybe_dead_holder(), std::nullopt);
}

TEST(Lock, FollowsNoLinkToAFileOfSomebodyElse) {
  const TemporaryFolder folder;
  folder.write("precious", "kept");
  std::filesystem::create_symlink("precious", folder.path_of(".coulis-lock"));
  EXPECT_EQ(thrown_error([&] { const Lock lock(folder.location()); }).code(), ErrorCode::kStorage);
  EXPECT_EQ(to_text(folder.location().get_or_throw("precious")), "kept");
}

TEST(Lock, RefusesASecondHolderInTheSameProcessUntilTheFirstIsDestroyed) {
  const TemporaryFolder folder;
  {
    const Lock lock(folder.location());
    EXPECT_EQ(thrown_error([&] { const Lock second(folder.location()); }).code(), ErrorCode::kRunFailed);
  }
  EXPECT_EQ(Lock(folder.location()).maybe_dead_holder(), std::nullopt);
}

TEST(Lock, IsPerOutput) {
  const TemporaryFolder one;
  const TemporaryFolder other;
  const Lock lock(one.location());
  EXPECT_NO_THROW(Lock(other.location()));
}

TEST(Lock, IsTakenOnAFullDiskAndFreeAfterwards) {
  const TemporaryFolder folder;
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit full_disk{0, before.rlim_max};
  const sighandler_t handler = signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &full_disk);
  EXPECT_NO_THROW(Lock(folder.location()));
  setrlimit(RLIMIT_FSIZE, &before);
  signal(SIGXFSZ, handler);
  EXPECT_NO_THROW(Lock(folder.location()));
}

TEST(Lock, CannotBeTakenWhereAFileIsInTheWay) {
  const TemporaryFolder folder;
  folder.write("file");
  EXPECT_EQ(thrown_error([&] { const Lock lock(Location(folder.path_of("file"))); }).code(), ErrorCode::kStorage);
}

}  // namespace
}  // namespace coulis
