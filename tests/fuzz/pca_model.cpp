// libFuzzer target: a PCA model file.
#include <cstdint>

#include "tests/fuzz/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coulis::read_pca_model(std::as_bytes(std::span(data, size)));
  return 0;
}
