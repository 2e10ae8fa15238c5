// The compressed indices of a GIF's frame (LZW in blocks of up to 255 bytes), read as leniently as Pillow reads them.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "core/base/byte_view.hpp"

namespace coulis {

class GifCodes {
 public:
  enum class End { kNone, kTruncated, kCorrupt };  // kTruncated: the data, or an end code, comes too early

  // at: the first block. literal_bits: the size of an index.
  GifCodes(ByteView file, std::uint64_t at, int literal_bits);

  // The next indices, at least one, valid until the next call; none once end() says why.
  std::span<const std::uint8_t> read();
  End end() const { return end_; }

 private:
  static constexpr int kMaxBits = 12;
  static constexpr int kTableSize = 1 << kMaxBits;

  int read_code();  // -1 where the data ends
  std::span<const std::uint8_t> stop(End end);
  void clear();

  ByteView file_;
  std::uint64_t at_;
  std::uint64_t block_end_;
  std::uint32_t bits_ = 0;
  int bit_count_ = 0;
  int clear_code_;
  int literal_bits_;
  int code_bits_ = 0;
  int next_ = 0;       // the first code without a meaning
  int previous_ = -1;  // none after a clear code
  End end_ = End::kNone;
  std::array<std::uint16_t, kTableSize> prefix_{};  // a code means another code, then a last index
  std::array<std::uint8_t, kTableSize> suffix_{};
  std::array<std::uint8_t, kTableSize + 1> text_{};  // what a code means, filled from the right
};

}  // namespace coulis
