// Many workers on the real PartQueue in virtual time: what the policy costs on machines larger than the one that tests it.
#pragma once

#include <functional>
#include <random>
#include <vector>

#include "job/plan/plan.hpp"

namespace coulis {

struct Workload {
  int images_per_part = 1024;
  double commit_ms = 0;                                  // one part: build, compress and write its file
  std::function<double(std::mt19937& random)> image_ms;  // one image: read, decode, resample, network
};

struct Worked {
  double wall_ms = 0;  // until the last worker is done
  double busy_ms = 0;  // of all workers together
};

Worked simulate_parts(const Workload& workload, int workers, const std::vector<Part>& parts);

double fraction(std::mt19937& random);  // [0, 1), the same everywhere: the standard's distributions are not

// Mostly small photos; one in a hundred takes 60 to 150 ms, one in two thousand 400 ms.
double uneven_ms(std::mt19937& random);
inline constexpr double kUnevenMean_ms = 0.0005 * 400 + 0.0095 * 105 + 0.99 * 4;

}  // namespace coulis
