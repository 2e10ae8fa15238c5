// The engine for models of architecture "onnx": OpenVINO on the CPU, in float32, one thread for each Network.
#pragma once

#include <memory>

#include "core/network/network.hpp"

namespace coulis::openvino {

// Throws Error(kUsage) without OpenVINO, Error(kRunFailed) for a graph that it cannot run or that is not what the card says.
std::shared_ptr<const NetworkFactory> make_onnx_factory(const Model& model);

}  // namespace coulis::openvino
