// Estimates how long the features of a plan take on a small EMR
// cluster, and what they cost, from the time they take here.
#pragma once

#include <string_view>

namespace coulis {

constexpr int kClusterWorkers = 2;  // m5.xlarge; one more is the driver. `coulis-emr up` starts these

struct ClusterPrice {
  double work_seconds = 0;
  double start_up_seconds = 0;  // billed too
  double usd = 0;               // EC2 and EMR, list prices
};

// thread_seconds: wall clock here times threads. An estimate:
// counts a vCPU of the cluster as half a thread of this machine.
ClusterPrice price_cluster(double thread_seconds);

std::string_view price_source();  // "us-east-1, 2026-11-22"

}  // namespace coulis
