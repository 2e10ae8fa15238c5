#include "job/storage/store.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace coulis {

Bytes Store::get_range(std::string_view key, std::uint64_t offset, std::uint64_t size_bytes) const {
  const Outcome<Bytes> bytes = get(key, nullptr);
  if (!bytes) throw Error(ErrorCode::kStorage, fmt::format("{}: {}", printable(key), bytes.failure().message));
  return slice(bytes.value(), offset, size_bytes);
}

Bytes slice(const Bytes& bytes, std::uint64_t offset, std::uint64_t size_bytes) {
  const auto first = std::min<std::uint64_t>(offset, bytes.size());
  const auto last = first + std::min<std::uint64_t>(size_bytes, bytes.size() - first);
  return {bytes.begin() + static_cast<std::ptrdiff_t>(first), bytes.begin() + static_cast<std::ptrdiff_t>(last)};
}

}  // namespace coulis
