#include "job/collections/archive.hpp"

#include <algorithm>
#include <array>

#include "core/base/byte_view.hpp"
#include "core/base/lower_case.hpp"
#include "job/collections/tar.hpp"

namespace coulis {
namespace {

constexpr std::array<std::string_view, 7> kEndings = {".zip", ".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.zstd", ".tzst"};

constexpr std::uint32_t kZipMember = 0x04034B50, kZipEnd = 0x06054B50, kZstdFrame = 0xFD2FB528, kZstdSkippable = 0x184D2A50;
constexpr std::uint16_t kGzip = 0x8B1F;

}  // namespace

bool is_named_like_archive(std::string_view key) {
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) { return ends_like(key, ending); });
}

std::optional<ArchiveKind> maybe_kind(std::span<const std::byte> first_bytes) {
  const ByteView bytes{first_bytes};
  if (bytes.u32(0) == kZipMember || bytes.u32(0) == kZipEnd) return ArchiveKind::kZip;
  if (bytes.u16(0) == kGzip) return ArchiveKind::kGzip;
  if (bytes.u32(0) == kZstdFrame || (bytes.u32(0) & 0xFFFFFFF0U) == kZstdSkippable) return ArchiveKind::kZstd;
  const bool zeros = std::all_of(first_bytes.begin(), first_bytes.end(), [](std::byte byte) { return byte == std::byte{0}; });
  if (is_tar_header(first_bytes) || (first_bytes.size() == kTarBlock_bytes && zeros)) return ArchiveKind::kTar;  // zeros: an empty one
  return std::nullopt;
}

}  // namespace coulis
