// libFuzzer target: a Parquet file: its metadata, its rows.
#include <cstdint>

#include "tests/fuzz/readers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coulis::read_parquet(std::as_bytes(std::span(data, size)));
  return 0;
}
