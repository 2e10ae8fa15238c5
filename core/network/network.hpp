// Network: the seam between photos and features. One image in, one feature row out.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "core/decode/image.hpp"
#include "core/network/model.hpp"
#include "core/network/precision.hpp"

namespace coulis {

class Network {
 public:
  virtual ~Network() = default;

  // image: [input height, input width, 3] of the model's card. row: [feature width], overwritten.
  // A row depends on its image alone: not on threads, batches or what ran before. Not thread-safe: one Network per worker.
  virtual void features(const ImageView& image, std::span<float> row) = 0;
};

// Packs the weights for the SIMD target in use once; make one Network per worker from it (they share the packed weights).
class NetworkFactory {
 public:
  virtual ~NetworkFactory() = default;
  virtual std::unique_ptr<Network> make() const = 0;
};

// Throws Error(kUsage) for a precision that the model or this CPU lacks, or for an engine that is not installed.
std::shared_ptr<const NetworkFactory> make_network_factory(const Model& model, Precision precision);

// What int8 computes with on this CPU, for people: "avx512 vnni", "avx2", "portable", or a sentence if a part of the CPU computes wrong.
std::string_view int8_kernels_in_use();

}  // namespace coulis
