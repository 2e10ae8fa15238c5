// libFuzzer target: the PNG decoder. Mutants get right checksums, or none would reach the pixels.
#include <cstdint>

#include "tests/fuzz/readers.hpp"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned) {
  const std::size_t new_size = LLVMFuzzerMutate(data, size, max_size);
  coulis::repair_png_checksums(std::as_writable_bytes(std::span(data, new_size)));
  return new_size;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  coulis::read_png(std::as_bytes(std::span(data, size)));
  return 0;
}
