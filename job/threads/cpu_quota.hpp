// cpu_quota: how much CPU time the control groups of this process allow.
#pragma once

#include <optional>
#include <string>

namespace coulis {

struct ProcFiles {
  std::string groups = "/proc/self/cgroup";
  std::string mounts = "/proc/self/mountinfo";
};

// In CPUs, such as 1.5: the smallest quota of the groups, from this process's up to the root, of version 1 and 2. None: no quota, or none
// that can be read.
std::optional<double> maybe_cpu_quota(const ProcFiles& files);

}  // namespace coulis
