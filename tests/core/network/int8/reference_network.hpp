// The int8 network as plain loops, with XNNPACK's rules written out: what the engine is compared with where the size is not LiteRT's.
#pragma once

#include <vector>

#include "core/decode/image.hpp"
#include "core/network/model.hpp"

namespace coulis {

std::vector<float> compute_reference_int8_features(const Model& model, const ImageView& image);

}  // namespace coulis
