// libFuzzer target: a manifest.
#include <cstdint>

#include "tests/fuzz/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coulis::read_manifest_text(std::as_bytes(std::span(data, size)));
  return 0;
}
