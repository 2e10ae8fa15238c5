#include "job/threads/cpu_quota.hpp"

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <vector>

namespace coulis {
namespace {

struct Mount {
  std::string group;   // the control group that the mount shows
  std::string folder;  // where it is mounted
  bool version_2 = false;
};

bool has_item(const std::string& list, std::string_view wanted) {  // items between commas
  std::istringstream items(list);
  for (std::string item; std::getline(items, item, ',');) {
    if (item == wanted) return true;
  }
  return false;
}

// mountinfo writes spaces, tabs, newlines and backslashes as \NNN, octal.
std::string unescape(const std::string& text) {
  std::string raw;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 3 < text.size();
    raw += escape ? static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0')) : text[i];
    if (escape) i += 3;
  }
  return raw;
}

// proc(5): "36 35 98:0 /group /folder rw,noatime shared:1 -
// cgroup2 cgroup2 rw", with any number of fields before the "-".
std::vector<Mount> read_mounts(const std::string& mountinfo) {
  std::vector<Mount> mounts;
  std::ifstream file(mountinfo);
  for (std::string line; std::getline(file, line);) {
    std::istringstream text(line);
    const std::vector<std::string> fields{std::istream_iterator<std::string>(text), {}};
    const auto dash = std::find(fields.begin(), fields.end(), "-");
    if (fields.size() < 6 || fields.end() - dash < 4) continue;
    const bool version_2 = dash[1] == "cgroup2";
    if (version_2 || (dash[1] == "cgroup" && has_item(dash[3], "cpu")))
      mounts.push_back({unescape(fields[3]), unescape(fields[4]), version_2});
  }
  return mounts;
}

// The path of `group` below the group that the mount shows. Empty
// for that group itself, or if the mount does not show `group`.
std::string below(const Mount& mount, const std::string& group) {
  const std::string top = mount.group == "/" ? "" : mount.group;
  const bool inside = group.starts_with(top + "/") && group.find("/..") == std::string::npos;
  return inside && group != "/" ? group.substr(top.size()) : "";
}

// In CPUs. Empty for "max", -1 or a missing file.
std::optional<double> read_quota(const std::string& folder, bool version_2) {
  double quota = 0;
  double period = 0;
  if (version_2) {
    std::ifstream(folder + "/cpu.max") >> quota >> period;
  } else {
    std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "/cpu.cfs_period_us") >> period;
  }
  return quota > 0 && period > 0 ? std::optional(quota / period) : std::nullopt;
}

}  // namespace

std::optional<double> maybe_cpu_quota(const ProcFiles& files) {
  const std::vector<Mount> mounts = read_mounts(files.mounts);
  std::optional<double> smallest;
  std::ifstream groups(files.groups);
  for (std::string line; std::getline(groups, line);) {  // "4:cpu,cpuacct:/group", of version 2 "0::/group"
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    for (const Mount& mount : mounts) {
      if (mount.version_2 ? !controllers.empty() : !has_item(controllers, "cpu")) continue;
      for (std::string group = below(mount, line.substr(second + 1));; group.erase(group.rfind('/'))) {
        const std::optional<double> quota = read_quota(mount.folder + group, mount.version_2);
        if (quota && (!smallest || *quota < *smallest)) smallest = quota;
        if (group.empty()) break;
      }
    }
  }
  return smallest;
}

}  // namespace coulis
