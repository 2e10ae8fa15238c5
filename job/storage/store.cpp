#include "job/storage/store.hpp"

#include <fmt/format.h>

#include "core/base/error.hpp"

namespace coulis {
namespace {

[[noreturn]] void throw_no_pieces(std::string_view key) {
  throw Error(ErrorCode::kStorage, fmt::format("{}: this storage has no objects in pieces", printable(key)));
}

}  // namespace

std::string Store::begin_pieces(std::string_view key) const {
  throw_no_pieces(key);
}

std::string Store::put_piece(std::string_view key, const std::string& /*ticket*/, const Piece& /*piece*/) const {
  throw_no_pieces(key);
}

void Store::finish_pieces(std::string_view key, const std::string& /*ticket*/, const std::vector<std::string>& /*receipts*/) const {
  throw_no_pieces(key);
}

void Store::drop_pieces(std::string_view key, const std::string& /*ticket*/) const {
  throw_no_pieces(key);
}

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
