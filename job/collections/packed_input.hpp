// PackedInput: the bytes that a Decoder takes in, piece by piece.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "job/collections/ranges.hpp"

namespace coulis {

class PackedInput {
 public:
  explicit PackedInput(std::shared_ptr<Ranges> ranges) : ranges_(std::move(ranges)) {}
  // From where the other is; it reads its piece again.
  PackedInput(const PackedInput& other) : ranges_(other.ranges_), offset_(other.offset_), begin_(other.offset_) {}
  PackedInput& operator=(const PackedInput&) = delete;
  ~PackedInput() = default;

  std::optional<Failure> fill() {  // if need be; nothing is left at the end
    if (!left().empty()) return std::nullopt;
    Outcome<Bytes> piece = ranges_->read(offset_, kPiece_bytes);
    if (!piece) return piece.failure();
    piece_ = std::move(piece.value());
    begin_ = offset_;
    return std::nullopt;
  }
  std::span<const std::byte> left() const { return std::span<const std::byte>(piece_).subspan(static_cast<std::size_t>(offset_ - begin_)); }
  void take(std::size_t bytes) { offset_ += bytes; }

 private:
  static constexpr std::uint64_t kPiece_bytes = 1 << 18;

  std::shared_ptr<Ranges> ranges_;
  Bytes piece_;
  std::uint64_t offset_ = 0;
  std::uint64_t begin_ = 0;
};

}  // namespace coulis
