// Weights lie in their arena in the order in which an image meets them. There are more of them than a core's own caches hold, so a
// kernel that reads one asks for those behind it: else they come from the shared cache only when they are wanted.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/network/fused/layout.hpp"

namespace coulis::fused::fp32 {

constexpr std::size_t kPrefetchAheadBytes = std::size_t{128} << 10;  // measured: 32 to 256 KB serve as well

constexpr int kLineFloats = static_cast<int>(kCacheLineBytes / sizeof(float));

// Into the second cache; a hint, whatever lies there.
inline void prefetch(const void* weight) {
  __builtin_prefetch(weight, 0, 2);
}

inline void prefetch_ahead_of(const void* weight) {
  const auto address = reinterpret_cast<std::uintptr_t>(weight) + kPrefetchAheadBytes;  // may lie behind the arena: no pointer of C++
  prefetch(reinterpret_cast<const void*>(address));                                     // NOLINT(performance-no-int-to-ptr)
}

}  // namespace coulis::fused::fp32
