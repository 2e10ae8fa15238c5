// cpu_quota: how much CPU time the control groups of this process allow.
#pragma once

#include <optional>
#include <string>

namespace coulis {

struct ProcFiles {
  std::string groups = "/proc/self/cgroup";
  std::string mounts = "/proc/self/mountinfo";
};

// In CPUs, such as 1.5: the smallest quota from this process's control group up to
// the root, in versions 1 and 2. Empty if there is no quota, or it cannot be read.
std::optional<double> maybe_cpu_quota(const ProcFiles& files);

}  // namespace coulis
