// libFuzzer target: an archive or a table with photos: its directory, its members.
#include <cstdint>

#include "tests/fuzz/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coulis::read_collection(std::as_bytes(std::span(data, size)));
  return 0;
}
