// StreamRanges: any piece of what a .gz or .zst holds. It is decompressed from the last place before the piece where that can begin: in
// gzip one in each 8 MB is kept, in zstd those where a frame begins.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "job/collections/decoder.hpp"
#include "job/collections/ranges.hpp"

namespace coulis {

class StreamRanges final : public Ranges {
 public:
  explicit StreamRanges(std::unique_ptr<Decoder> at_begin);
  Outcome<Bytes> read(std::uint64_t offset, std::uint64_t size_bytes) override;
  std::optional<Failure> read_to_end();  // from where the last read ended: only there is a checksum

 private:
  void go_to(std::uint64_t offset);
  Outcome<std::size_t> advance(std::span<std::byte> out);

  std::mutex mutex_;
  std::map<std::uint64_t, std::unique_ptr<Decoder>> beginnings_;  // by what they give next
  std::unique_ptr<Decoder> decoder_;                              // the one at work
  std::optional<Failure> maybe_damage_;                           // at its end, as far as it can be read
  std::uint64_t position_ = 0;                                    // of the byte that it gives next
};

}  // namespace coulis
