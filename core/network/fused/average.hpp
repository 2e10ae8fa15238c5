// The last step of the networks that sum in float32.
#pragma once

#include <algorithm>
#include <span>

namespace coulis::fused {

// row = sums over `pixels` / pixels
inline void write_average(const float* sums, int pixels, std::span<float> row) {
  const float share = 1.0F / static_cast<float>(pixels);
  std::transform(sums, sums + row.size(), row.begin(), [share](float sum) { return sum * share; });
}

}  // namespace coulis::fused
