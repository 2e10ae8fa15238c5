#include "job/collections/cursor.hpp"

#include <algorithm>
#include <utility>

namespace coulis {

Outcome<std::span<const std::byte>> Cursor::at(std::uint64_t offset, std::size_t size_bytes) {
  if (offset < begin_ || offset - begin_ > chunk_.size() || chunk_.size() - (offset - begin_) < size_bytes) {
    Outcome<Bytes> chunk = ranges_.read(offset, std::max(size_bytes, kChunk_bytes));
    if (!chunk) return chunk.failure();
    chunk_ = std::move(chunk.value());
    begin_ = offset;
  }
  const auto from = static_cast<std::size_t>(offset - begin_);
  return std::span<const std::byte>(chunk_).subspan(from, std::min(size_bytes, chunk_.size() - from));
}

}  // namespace coulis
