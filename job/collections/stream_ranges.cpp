#include "job/collections/stream_ranges.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace coulis {
namespace {

constexpr std::uint64_t kBetweenBeginnings = kWindow_bytes;
constexpr std::size_t kSkip_bytes = std::size_t{1} << 18;

}  // namespace

StreamRanges::StreamRanges(std::unique_ptr<Decoder> at_begin) {
  decoder_ = at_begin->fork();
  beginnings_.emplace(0, std::move(at_begin));
}

void StreamRanges::go_to(std::uint64_t offset) {
  const auto nearest = std::prev(beginnings_.upper_bound(offset));
  if (decoder_ && position_ <= offset && position_ >= nearest->first) return;
  decoder_ = nearest->second->fork();
  position_ = nearest->first;
}

Outcome<std::size_t> StreamRanges::advance(std::span<std::byte> out) {
  Outcome<std::size_t> count = decoder_->read(out);
  if (!count) {
    decoder_.reset();
    maybe_damage_ = count.failure();
    return count;
  }
  position_ += count.value();
  if (position_ >= beginnings_.rbegin()->first + kBetweenBeginnings) {
    if (auto beginning = decoder_->fork()) beginnings_.emplace(position_, std::move(beginning));
  }
  return count;
}

std::optional<Failure> StreamRanges::read_to_end() {
  const std::lock_guard lock(mutex_);
  Bytes skipped(kSkip_bytes);
  while (true) {
    if (maybe_damage_ || !decoder_) return maybe_damage_;
    const Outcome<std::size_t> count = advance(skipped);
    if (count && count.value() == 0) return std::nullopt;
  }
}

Outcome<Bytes> StreamRanges::read(std::uint64_t offset, std::uint64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  go_to(offset);
  Bytes skipped(kSkip_bytes);
  while (position_ < offset) {
    const Outcome<std::size_t> count = advance(std::span(skipped).first(std::min<std::size_t>(kSkip_bytes, offset - position_)));
    if (!count) return count.failure();
    if (count.value() == 0) return Bytes();
  }
  Bytes bytes;
  while (bytes.size() < size_bytes) {  // grows with what comes
    const std::size_t filled = bytes.size();
    bytes.resize(std::min<std::size_t>(size_bytes, std::max(2 * filled, kSkip_bytes)));
    const Outcome<std::size_t> count = advance(std::span(bytes).subspan(filled));
    if (!count) {
      if (filled == 0) return count.failure();
      bytes.resize(filled);
      return bytes;
    }
    bytes.resize(filled + count.value());
    if (count.value() == 0) break;
  }
  return bytes;
}

}  // namespace coulis
