#include "cli/cluster_price.hpp"

namespace coulis {

ClusterPrice price_cluster(double thread_seconds) {
  constexpr double kVcpus = 4;  // of an m5.xlarge: two cores, two hardware threads each
  constexpr double kThreadsPerVcpu = 0.5;
  constexpr double kShareOfWork = 0.85;
  constexpr double kStartUpSeconds = 600;  // an EMR cluster takes about ten minutes to start its first step
  ClusterPrice price;
  price.work_seconds = thread_seconds / (kClusterWorkers * kVcpus * kThreadsPerVcpu * kShareOfWork);
  price.start_up_seconds = kStartUpSeconds;
  const double hours = (price.work_seconds + price.start_up_seconds) / 3600;
  price.usd = hours * (1 + kClusterWorkers) * COULIS_M5_XLARGE_USD_PER_HOUR;
  return price;
}

std::string_view price_source() {
  return COULIS_PRICE_SOURCE;
}

}  // namespace coulis
