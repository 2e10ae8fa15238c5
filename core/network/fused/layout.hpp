// Layout: how activations lie in memory. Channels in blocks of 16, so that each kernel streams through contiguous pixels.
#pragma once

#include <cstddef>

namespace coulis::fused {

constexpr int kBlockChannels = 16;
constexpr std::size_t kCacheLineBytes = 64;

constexpr int count_blocks(int channels) {
  return (channels + kBlockChannels - 1) / kBlockChannels;
}

// [blocks, pixels, 16] of float, bfloat16 or uint8. Channels after the last one may hold anything.
template <class Element>
struct Plane {
  Element* data = nullptr;
  std::size_t block_stride = 0;  // in elements

  Element* at(int block, int pixel) const {
    return data + static_cast<std::size_t>(block) * block_stride + static_cast<std::size_t>(pixel) * kBlockChannels;
  }
  Plane from(int block, int pixel) const { return {at(block, pixel), block_stride}; }
};

// In elements: an odd number of cache lines, so that the same pixel of many blocks does not fall on one cache set.
constexpr std::size_t block_stride_of(int pixels, std::size_t element_bytes) {
  const std::size_t lines = (static_cast<std::size_t>(pixels) * kBlockChannels * element_bytes + kCacheLineBytes - 1) / kCacheLineBytes;
  return (lines | 1) * kCacheLineBytes / element_bytes;
}

// The inputs of a pixel: chunks of contiguous elements. A plane has a chunk of 16 per block; the stem one per row of its window.
template <class Element>
struct PixelRun {
  const Element* data = nullptr;
  std::size_t chunk_stride = 0;  // in elements
  int chunk_elements = kBlockChannels;
  int pixel_stride = kBlockChannels;  // in elements: kBlockChannels, or 3 * the stem's stride
  int pixels = 0;
};

// The first `pixels` pixels of a plane.
template <class Element>
PixelRun<Element> run_of(const Plane<Element>& plane, int pixels) {
  PixelRun<Element> run;
  run.data = plane.data;
  run.chunk_stride = plane.block_stride;
  run.pixels = pixels;
  return run;
}

// Some output rows of one channel block of a depthwise layer.
template <class Element>
struct DepthwiseStrip {
  const Element* const* rows = nullptr;  // [(out_rows - 1) * stride + kernel] of [in_width, 16]; one outside the image is `zeros`
  const Element* zeros = nullptr;        // [in_width, 16]
  int in_width = 0;
  int out_width = 0;
  int out_rows = 0;
  int left_padding = 0;       // columns of zeros on the left, which no row holds
  Element* output = nullptr;  // [out_rows, out_width, 16]
};

}  // namespace coulis::fused
