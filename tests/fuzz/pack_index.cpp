// libFuzzer target: the index of a pack: what it says its shard holds.
#include <cstdint>

#include "tests/fuzz/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coulis::read_pack_index(std::as_bytes(std::span(data, size)));
  return 0;
}
