#include "job/collections/ranges.hpp"

#include <algorithm>
#include <utility>

namespace coulis {

Outcome<Bytes> ObjectRanges::read(std::uint64_t offset, std::uint64_t size_bytes) {
  return store_->get_listed_range(object_, offset, size_bytes);
}

bool CachedRanges::is_far(std::uint64_t offset, std::uint64_t size_bytes) {
  constexpr std::uint64_t kFar_bytes = 2 << 20;  // a server sends about as much in the time that a request of its own takes
  const std::uint64_t last_end = last_end_.exchange(offset + size_bytes);
  return offset > last_end && offset - last_end > kFar_bytes;
}

Outcome<Bytes> CachedRanges::read(std::uint64_t offset, std::uint64_t size_bytes) {
  const bool photos = reads_ == Reads::kPhotos;
  if (size_bytes > kWindow_bytes || (photos && windows_.wastes(name_))) return ranges_->read(offset, size_bytes);
  if (reads_ == Reads::kHeaders && is_far(offset, size_bytes)) return ranges_->read(offset, size_bytes);
  std::uint64_t loads = 0;
  Bytes bytes;
  while (bytes.size() < size_bytes) {
    const std::uint64_t from = offset + bytes.size();
    const std::uint64_t window = from / kWindow_bytes;
    const WindowCache::Window loaded = windows_.get({name_, window}, [&] {
      ++loads;
      return ranges_->read(window * kWindow_bytes, kWindow_bytes);
    });
    if (!*loaded) return loaded->failure();
    const Bytes& all = loaded->value();
    const std::uint64_t first = from - window * kWindow_bytes;
    if (first >= all.size()) {  // the end, or what cannot be read behind it
      const Outcome<Bytes> more = ranges_->read(from, 1);
      if (!more && bytes.empty()) return more.failure();
      break;
    }
    const std::uint64_t last = std::min<std::uint64_t>(all.size(), first + size_bytes - bytes.size());
    bytes.reserve(static_cast<std::size_t>(size_bytes));
    bytes.insert(bytes.end(), all.begin() + static_cast<std::ptrdiff_t>(first), all.begin() + static_cast<std::ptrdiff_t>(last));
  }
  if (photos) windows_.note_use(name_, loads, bytes.size());
  return bytes;
}

}  // namespace coulis
