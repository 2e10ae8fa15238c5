#include "core/decode/gif_codes.hpp"

#include <algorithm>

namespace coulis {

GifCodes::GifCodes(ByteView file, std::uint64_t at, int literal_bits)
    : file_(file),
      at_(at),
      block_end_(at),
      clear_code_(1 << std::min(literal_bits, kMaxBits)),
      literal_bits_(std::min(literal_bits, kMaxBits)) {
  if (literal_bits > kMaxBits) end_ = End::kCorrupt;
  clear();
}

void GifCodes::clear() {
  code_bits_ = literal_bits_ + 1;
  next_ = clear_code_ + 2;
  previous_ = -1;
}

std::span<const std::uint8_t> GifCodes::stop(End end) {
  end_ = end;
  return {};
}

int GifCodes::read_code() {
  while (bit_count_ < code_bits_) {
    if (at_ == block_end_) {  // an empty block is skipped; a truncated one is not begun
      const std::uint8_t length = file_.u8(at_);
      if (!file_.has(at_, std::uint64_t{1} + length)) return -1;
      ++at_;
      block_end_ = at_ + length;
      continue;
    }
    bits_ |= static_cast<std::uint32_t>(*file_.data(at_)) << bit_count_;
    ++at_;
    bit_count_ += 8;
  }
  const int code = static_cast<int>(bits_ & ((1U << code_bits_) - 1));
  bits_ >>= code_bits_;
  bit_count_ -= code_bits_;
  return code;
}

std::span<const std::uint8_t> GifCodes::read() {
  if (end_ != End::kNone) return {};
  int code = read_code();
  while (code == clear_code_) {
    clear();
    code = read_code();
  }
  if (code < 0 || code == clear_code_ + 1) return stop(End::kTruncated);
  if (previous_ < 0) {
    if (code > clear_code_) return stop(End::kCorrupt);
    previous_ = code;
    text_.back() = static_cast<std::uint8_t>(code);
    return std::span(text_).last(1);
  }
  if (code > next_) return stop(End::kCorrupt);
  std::size_t begin = text_.size();
  int rest = code;
  if (code == next_) {  // what the previous code means, and its first index again
    --begin;
    rest = previous_;
  }
  while (rest >= clear_code_) {
    if (begin == 0 || rest >= kTableSize) return stop(End::kCorrupt);
    text_[--begin] = suffix_[static_cast<std::size_t>(rest)];
    rest = prefix_[static_cast<std::size_t>(rest)];
  }
  if (begin == 0) return stop(End::kCorrupt);
  text_[--begin] = static_cast<std::uint8_t>(rest);
  if (code == next_) text_.back() = static_cast<std::uint8_t>(rest);
  if (next_ < kTableSize) {
    suffix_[static_cast<std::size_t>(next_)] = static_cast<std::uint8_t>(rest);
    prefix_[static_cast<std::size_t>(next_)] = static_cast<std::uint16_t>(previous_);
    if (next_ == (1 << code_bits_) - 1 && code_bits_ < kMaxBits) ++code_bits_;
    ++next_;
  }
  previous_ = code;
  return std::span(text_).subspan(begin);
}

}  // namespace coulis
