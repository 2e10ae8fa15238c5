// Prefetches weights. They lie in their arena in the order of use, and a core's own caches do not hold them all. So a
// kernel that reads some weights prefetches those after them from the shared cache.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/network/fused/layout.hpp"

namespace coulis::fused::fp32 {

constexpr std::size_t kPrefetchAheadBytes = std::size_t{128} << 10;  // 32 to 256 KB measured equally fast

constexpr int kLineFloats = static_cast<int>(kCacheLineBytes / sizeof(float));

// Into the second-level cache. A hint: any address is allowed.
inline void prefetch(const void* weight) {
  __builtin_prefetch(weight, 0, 2);
}

inline void prefetch_ahead_of(const void* weight) {
  const auto address =
      reinterpret_cast<std::uintptr_t>(weight) + kPrefetchAheadBytes;  // may lie past the arena, where C++ allows no pointer
  prefetch(reinterpret_cast<const void*>(address));                    // NOLINT(performance-no-int-to-ptr)
}

}  // namespace coulis::fused::fp32
