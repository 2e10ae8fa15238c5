// Archive: a zip, tar, tar.gz or tar.zst, by what it holds.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace coulis {

enum class ArchiveKind { kZip, kTar, kGzip, kZstd };

bool is_named_like_archive(std::string_view key);  // only such files are opened to see what they are

// By its first block of a tar. Gzip and zstd: a tar may be inside, or anything else.
std::optional<ArchiveKind> maybe_kind(std::span<const std::byte> first_bytes);

}  // namespace coulis
