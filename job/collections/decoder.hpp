// Decoder: what a .gz or .zst holds, in order, from its first byte on or from where a fork of it was made.
#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "job/collections/ranges.hpp"

namespace coulis {

class Decoder {
 public:
  virtual ~Decoder() = default;
  virtual Outcome<std::size_t> read(std::span<std::byte> out) = 0;  // bytes written; 0 at the end. What came before a failure comes first
  virtual std::unique_ptr<Decoder> fork() const = 0;                // another that goes on from here; null: not from here
};

std::unique_ptr<Decoder> decode_gzip(std::shared_ptr<Ranges> packed);
std::unique_ptr<Decoder> decode_zstd(std::shared_ptr<Ranges> packed);

}  // namespace coulis
