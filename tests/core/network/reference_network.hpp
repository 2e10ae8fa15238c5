// The same network as plain loops in double: what the engine is compared with where the size is not ONNX Runtime's.
#pragma once

#include <vector>

#include "core/decode/image.hpp"
#include "core/network/model.hpp"

namespace coulis {

struct ReferenceRun {
  std::vector<double> features;
  double largest = 0;  // value between two layers
  double terms = 0;    // of one sum of each layer, added up

  // How far a float32 run may be. A model, not a proof: the errors of the layers' sums are independent, so that they add up as a random
  // walk (Higham and Mary, 2019), and layers pass them on without making them larger. Five deviations of u / sqrt(3) each.
  double float32_bound() const;
};

ReferenceRun run_reference(const Model& model, const ImageView& image);

}  // namespace coulis
