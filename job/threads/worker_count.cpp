#include "job/threads/worker_count.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <thread>

#include "job/threads/cpu_quota.hpp"

namespace coulis {

int worker_count(int threads_option) {
  if (threads_option > 0) return threads_option;
  cpu_set_t cpus;  // up to 1,024 CPUs; the call fails if there are more
  const int allowed =
      sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? CPU_COUNT(&cpus) : static_cast<int>(std::thread::hardware_concurrency());
  const double quota = maybe_cpu_quota({}).value_or(kMaxThreads);
  return std::clamp(static_cast<int>(std::ceil(std::min<double>(quota, kMaxThreads))), 1, std::clamp(allowed, 1, kMaxThreads));
}

}  // namespace coulis
