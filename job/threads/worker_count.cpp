#include "job/threads/worker_count.hpp"

#include <sched.h>

#include <algorithm>

namespace coulis {

int worker_count(int threads_option) {
  if (threads_option > 0) return threads_option;
  cpu_set_t cpus;
  return sched_getaffinity(0, sizeof cpus, &cpus) == 0 ? std::max(1, CPU_COUNT(&cpus)) : 1;
}

}  // namespace coulis
