// The same network as plain loops in double: what the engine is compared with where the size is not ONNX Runtime's.
#pragma once

#include <vector>

#include "core/decode/image.hpp"
#include "core/network/model.hpp"

namespace coulis {

std::vector<double> compute_reference_features(const Model& model, const ImageView& image);

}  // namespace coulis
