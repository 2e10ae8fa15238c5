// Share: some of the parts of a plan, for one of several processes.
#pragma once

#include <cstdint>
#include <string>

#include "job/plan/plan.hpp"

namespace coulis {

// Part n belongs to share n % count + 1.
struct Share {
  std::uint64_t index = 1;  // 1 to count
  std::uint64_t count = 1;
};
Share parse_share(const std::string& text);  // "3/64"; throws Error(kUsage)
Plan take_share(Plan plan, const Share& share);

}  // namespace coulis
