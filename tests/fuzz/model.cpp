// libFuzzer target: a model file, and a network made of it.
#include <cstdint>

#include "tests/fuzz/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coulis::read_model(std::as_bytes(std::span(data, size)));
  return 0;
}
