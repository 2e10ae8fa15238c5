#include "cli/serve/frame.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "core/base/error.hpp"

namespace coulis {
namespace {

constexpr std::uint32_t kLongestHeader = 64U << 20U;
constexpr std::size_t kPiece = 1U << 24U;  // memory is allocated as bytes come, whatever a header says
static_assert(std::endian::native == std::endian::little);

bool read_exactly(int descriptor, char* to, std::size_t size) {
  while (size > 0) {
    const ssize_t got = read(descriptor, to, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    to += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

void write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw Error(ErrorCode::kInterrupted, "the client has gone");
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

Error refuse(const std::string& why) {
  return {ErrorCode::kUsage, fmt::format("stdin of `coulis serve` is not a frame of its protocol: {}", why), "see docs/protocol.md"};
}

}  // namespace

std::optional<Frame> read_frame(int descriptor) {
  std::array<char, 4> prefix{};
  if (!read_exactly(descriptor, prefix.data(), prefix.size())) return std::nullopt;
  std::uint32_t size = 0;
  std::memcpy(&size, prefix.data(), prefix.size());
  if (size > kLongestHeader) throw refuse(fmt::format("a header of {} bytes", size));
  std::string text(size, '\0');
  if (!read_exactly(descriptor, text.data(), size)) return std::nullopt;
  Frame frame{Header::parse(text, nullptr, false), {}};
  if (!frame.header.is_object()) throw refuse("the header is not a JSON object");
  const Header& payload = frame.header.contains("payload") ? frame.header["payload"] : Header(0U);
  if (!payload.is_number_unsigned()) throw refuse("payload is not a number of bytes");
  for (auto left = payload.get<std::uint64_t>(); left > 0;) {
    const auto piece = static_cast<std::size_t>(std::min<std::uint64_t>(left, kPiece));
    frame.payload.resize(frame.payload.size() + piece);
    if (!read_exactly(descriptor, frame.payload.data() + frame.payload.size() - piece, piece)) return std::nullopt;
    left -= piece;
  }
  return frame;
}

void write_frame(int descriptor, Header header, std::initializer_list<std::string_view> payload) {
  std::uint64_t size = 0;
  for (const std::string_view piece : payload) size += piece.size();
  if (size > 0) header["payload"] = size;
  const std::string text = header.dump(-1, ' ', false, Header::error_handler_t::replace);
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string start(sizeof length, '\0');
  std::memcpy(start.data(), &length, sizeof length);
  write_all(descriptor, start + text);
  for (const std::string_view piece : payload) write_all(descriptor, piece);
}

}  // namespace coulis
