// libFuzzer target: the AVIF decoder.
#include <cstdint>

#include "tests/fuzz/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coulis::read_avif(std::as_bytes(std::span(data, size)));
  return 0;
}
