// Layout: how activations lie in memory. Channels in blocks of 16 (one cache line), so that each kernel streams through contiguous pixels.
#pragma once

#include <cstddef>
#include <limits>

#include "core/network/inverted_residual.hpp"

namespace coulis::fused {

constexpr int kBlockChannels = 16;
constexpr std::size_t kCacheLineBytes = 64;

constexpr int count_blocks(int channels) {
  return (channels + kBlockChannels - 1) / kBlockChannels;
}

// [blocks, pixels, 16]. Channels behind the last one are never read, and may hold anything.
struct Plane {
  float* data = nullptr;
  std::size_t block_stride = 0;  // in floats

  float* at(int block, int pixel) const {
    return data + static_cast<std::size_t>(block) * block_stride + static_cast<std::size_t>(pixel) * kBlockChannels;
  }
  Plane from(int block, int pixel) const { return {at(block, pixel), block_stride}; }
};

// An odd number of cache lines, so that the same pixel of many blocks does not fall on one cache set.
constexpr std::size_t block_stride_of(int pixels) {
  return static_cast<std::size_t>(pixels | 1) * kBlockChannels;
}

struct Clamp {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

constexpr Clamp clamp_of(Activation activation) {
  Clamp clamp;
  if (activation != Activation::kNone) clamp.low = 0;
  if (activation == Activation::kRelu6) clamp.high = 6;
  return clamp;
}

}  // namespace coulis::fused
