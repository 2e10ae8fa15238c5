// Cursor: small pieces of Ranges, one behind the other, read in larger ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "job/collections/ranges.hpp"

namespace coulis {

class Cursor {
 public:
  explicit Cursor(Ranges& ranges) : ranges_(ranges) {}

  // Until the next call. Fewer bytes only at the end.
  Outcome<std::span<const std::byte>> at(std::uint64_t offset, std::size_t size_bytes);

 private:
  static constexpr std::size_t kChunk_bytes = std::size_t{1} << 16;

  Ranges& ranges_;
  Bytes chunk_;
  std::uint64_t begin_ = 0;
};

}  // namespace coulis
