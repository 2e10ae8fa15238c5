// How many threads a run uses by default.
#pragma once

namespace coulis {

int worker_count(int threads_option);  // what 0 means on this machine, in this process (affinity respected)

}  // namespace coulis
