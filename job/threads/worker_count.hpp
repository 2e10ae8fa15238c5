// How many threads a run uses by default.
#pragma once

namespace coulis {

inline constexpr int kMaxThreads = 1'024;

// The meaning of --threads 0: the CPUs that this process may use, or
// fewer if the quota of its control groups allows fewer (rounded up).
int worker_count(int threads_option);

}  // namespace coulis
