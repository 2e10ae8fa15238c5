// Plan: the geometry of a network on its input size, and how much scratch it takes. Plain numbers, no weights.
#pragma once

#include <cstddef>
#include <vector>

#include "core/network/inverted_residual.hpp"
#include "core/network/model.hpp"

namespace coulis::fused {

struct Extent {
  int width = 0;
  int height = 0;

  int pixels() const { return width * height; }
};

// A sliding window over an image: how large the result is and where the first window starts.
struct Window {
  int kernel = 3;
  int stride = 1;
  Extent in;
  Extent out;
  int left_padding = 0;
  int top_padding = 0;

  int first_row(int y) const { return y * stride - top_padding; }  // of the window of output row y; may be negative
  int end_row(int y) const { return first_row(y) + kernel; }       // may exceed the height
};

Window make_window(int kernel, int stride, Padding padding, Extent in);

// Where the rows under a depthwise window come from.
enum class RowSource { kPlane, kExpand, kStem };

struct BlockPlan {
  RowSource source = RowSource::kPlane;
  Window window;
  int strip_rows = 0;  // output rows computed together
  int ring_rows = 0;   // rows of the depthwise input that are kept; 0 for kPlane

  bool one_strip() const { return strip_rows == window.out.height; }
};

struct Plan {
  Window stem;
  std::vector<BlockPlan> blocks;
  std::size_t plane_elements = 0;  // one of the two planes between blocks
  std::size_t ring_elements = 0;   // depthwise input
  std::size_t strip_elements = 0;  // depthwise output
  std::size_t zero_elements = 0;   // a row outside the image
  int stem_rows = 0;               // image rows converted together
  std::size_t stem_row_elements = 0;
};

// Throws Error(kRunFailed) for a network that needs more scratch memory than any sensible model.
// element_bytes: of an activation.
Plan make_plan(const ModelCard& card, const InvertedResidualWeights& weights, std::size_t element_bytes);

}  // namespace coulis::fused
