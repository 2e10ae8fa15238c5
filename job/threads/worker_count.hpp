// How many threads a run uses by default.
#pragma once

namespace coulis {

inline constexpr int kMaxThreads = 1'024;

// What 0 means here: the CPUs that this process may use, or those that the quota of its control groups allows, rounded up.
int worker_count(int threads_option);

}  // namespace coulis
