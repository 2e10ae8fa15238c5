#include "job/threads/cpu_quota.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/job/temporary_folder.hpp"

namespace coulis {
namespace {

// As proc(5) and cgroups(7) have them.
class CpuQuota : public testing::Test {
 protected:
  std::optional<double> quota(const std::string& groups, const std::string& mounts) const {
    folder_.write("cgroup", groups);
    folder_.write("mountinfo", "22 28 0:21 / /proc rw,nosuid shared:13 - proc proc rw\n" + mounts);
    return maybe_cpu_quota({folder_.path_of("cgroup"), folder_.path_of("mountinfo")});
  }
  std::string version_2(const std::string& group = "/") const {
    return "30 23 0:26 " + group + " " + folder_.path_of("v2") + " rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";
  }
  std::string version_1(const std::string& group = "/") const {
    return "33 32 0:30 " + group + " " + folder_.path_of("v1") + " rw shared:9 master:2 - cgroup cgroup rw,cpu,cpuacct\n" + "34 32 0:31 " +
           group + " " + folder_.path_of("v1-memory") + " rw - cgroup cgroup rw,memory\n";
  }
  void write_version_1(const std::string& group, const std::string& quota_us) const {
    folder_.write("v1" + group + "/cpu.cfs_quota_us", quota_us);
    folder_.write("v1" + group + "/cpu.cfs_period_us", "100000\n");
  }

  TemporaryFolder folder_;
};

TEST_F(CpuQuota, IsThatOfTheGroup) {
  folder_.write("v2/box/cpu.max", "150000 100000\n");
  EXPECT_EQ(quota("0::/box\n", version_2()), 1.5);
  write_version_1("/docker/ab", "50000\n");
  EXPECT_EQ(quota("5:memory:/else\n4:cpu,cpuacct:/docker/ab\n1:name=systemd:/x\n", version_1()), 0.5);
}

TEST_F(CpuQuota, IsTheSmallestOnTheWayUp) {
  folder_.write("v2/cpu.max", "900000 100000\n");
  folder_.write("v2/a/cpu.max", "200000 100000\n");
  folder_.write("v2/a/b/cpu.max", "max 100000\n");
  folder_.write("v2/a/b/c/cpu.max", "800000 200000\n");
  EXPECT_EQ(quota("0::/a/b/c\n", version_2()), 2.0);
  EXPECT_EQ(quota("0::/a/b/c/without/files\n", version_2()), 2.0);
  EXPECT_EQ(quota("0::/\n", version_2()), 9.0);
  write_version_1("", "-1\n");
  write_version_1("/a", "300000\n");
  write_version_1("/a/b", "-1\n");
  EXPECT_EQ(quota("4:cpuacct,cpu:/a/b\n", version_1()), 3.0);
}

TEST_F(CpuQuota, IsTheSmallerOfBothVersions) {
  folder_.write("v2/a/cpu.max", "400000 100000\n");
  write_version_1("/a", "300000\n");
  EXPECT_EQ(quota("4:cpu:/a\n0::/a\n", version_1() + version_2()), 3.0);
  write_version_1("/a", "500000\n");
  EXPECT_EQ(quota("4:cpu:/a\n0::/a\n", version_1() + version_2()), 4.0);
}

// Docker with version 1 shows a container its own group as the root, and names the group by its full name; with a namespace of groups
// both are "/"; a process outside of its namespace's root is in "/../...".
TEST_F(CpuQuota, IsFoundWhereAContainerSeesIt) {
  write_version_1("", "250000\n");
  EXPECT_EQ(quota("4:cpu,cpuacct:/docker/ab\n", version_1("/docker/ab")), 2.5);
  write_version_1("/inner", "100000\n");
  EXPECT_EQ(quota("4:cpu,cpuacct:/docker/ab/inner\n", version_1("/docker/ab")), 1.0);
  EXPECT_EQ(quota("4:cpu,cpuacct:/docker/abc\n", version_1("/docker/ab")), 2.5);
  folder_.write("v2/cpu.max", "120000 100000\n");
  EXPECT_EQ(quota("0::/\n", version_2()), 1.2);
  EXPECT_EQ(quota("0::/../../other\n", version_2()), 1.2);
}

TEST_F(CpuQuota, IsNoneWhereThereIsNone) {
  folder_.write("v2/a/cpu.max", "max 100000\n");
  EXPECT_EQ(quota("0::/a\n", version_2()), std::nullopt);
  EXPECT_EQ(quota("0::/elsewhere\n", version_2()), std::nullopt);
  EXPECT_EQ(quota("0::/a\n", ""), std::nullopt);
  EXPECT_EQ(quota("", version_2()), std::nullopt);
  EXPECT_EQ(quota("no colons\n:\n", version_2() + "1 2 3\n- - -\n"), std::nullopt);
  for (const char* text : {"", "0 100000\n", "100000 0\n", "-5 100000\n", "rubbish\n", "100000\n"}) {
    folder_.write("v2/a/cpu.max", text);
    EXPECT_EQ(quota("0::/a\n", version_2()), std::nullopt) << text;
  }
  EXPECT_EQ(maybe_cpu_quota({"/no/such/file", "/no/such/file"}), std::nullopt);
}

TEST_F(CpuQuota, IsFoundBelowAFolderWithASpace) {
  folder_.write("v 2/a b/cpu.max", "100000 100000\n");
  EXPECT_EQ(quota("0::/a b\n", "30 23 0:26 / " + folder_.path_of("v\\0402") + " rw - cgroup2 cgroup2 rw\n"), 1.0);
}

}  // namespace
}  // namespace coulis
