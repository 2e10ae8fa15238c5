#include "core/moments/moments_bytes.hpp"

#include <bit>
#include <cstdint>
#include <cstring>

#include "core/base/error.hpp"

namespace coulis {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kHeaderBytes = 16;
constexpr std::uint64_t kMaxWidth = 1U << 20U;  // so that no size overflows

std::size_t size_in_bytes(std::size_t width) {
  return kHeaderBytes + 8 * (width + width * (width + 1) / 2);
}

}  // namespace

std::vector<std::byte> to_bytes(const Moments& moments) {
  const std::size_t d = moments.width();
  std::vector<std::byte> bytes(size_in_bytes(d));
  std::byte* out = bytes.data();
  const auto write = [&](const void* values, std::size_t size) {
    if (size != 0) std::memcpy(out, values, size);
    out += size;
  };
  const std::uint64_t width = d;
  write(&moments.count, 8);
  write(&width, 8);
  write(moments.mean.data(), 8 * d);
  for (std::size_t i = 0; i < d; ++i) write(moments.scatter.data() + i * d + i, 8 * (d - i));
  return bytes;
}

Moments parse_moments(std::span<const std::byte> bytes) {
  std::uint64_t width = 0;
  if (bytes.size() >= kHeaderBytes) std::memcpy(&width, bytes.data() + 8, 8);
  if (bytes.size() < kHeaderBytes || width > kMaxWidth || bytes.size() != size_in_bytes(width)) {
    throw Error(ErrorCode::kRunFailed, "not a serialized Moments object", "use the same version of coulis everywhere");
  }
  const std::size_t d = width;
  Moments moments{0, std::vector<double>(d), std::vector<double>(d * d, 0.0)};
  const std::byte* in = bytes.data() + kHeaderBytes;
  const auto read = [&](void* values, std::size_t size) {
    if (size != 0) std::memcpy(values, in, size);
    in += size;
  };
  std::memcpy(&moments.count, bytes.data(), 8);
  read(moments.mean.data(), 8 * d);
  for (std::size_t i = 0; i < d; ++i) read(moments.scatter.data() + i * d + i, 8 * (d - i));
  return moments;
}

}  // namespace coulis
